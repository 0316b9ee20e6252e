// The default of systemd-boot: the identifier of an entry, or a pattern of identifiers.

import { type ByteString, trimBlanks } from '../../bytes/index.js';
import { matchesPath, parsePattern } from '../../tree/index.js';
import type { MenuText } from './disc-files.js';
import { type MenuDefault, sameLetters } from './menu-default.js';

interface LoaderEntry {
  readonly id: string;
  readonly title: string | undefined;
}

/** Entries that no file describes: programs in EFI/Linux, those of the loader itself, and the one that was started last. */
const WITHOUT_FILE = /^(?:.+\.efi|auto-[a-z0-9-]+|@saved)$/i;

/** The default of every configuration, with the entries next to it. Numbers are no identifiers. */
export function loaderDefaults(texts: readonly MenuText[], wanted: string | number): MenuDefault[] {
  const configurations = texts.filter(({ kind }) => kind === 'loader');
  return configurations.map((named) => {
    const folder = folderOf(named, 1);
    const own = texts.filter((one) => one.kind === 'loader-entry' && one.volume === named.volume);
    const entries = own.filter((one) => folderOf(one, 2) === folder).map(entryOf);
    return { named, files: [named], value: typeof wanted === 'number' ? undefined : identifierIn(entries, wanted) };
  });
}

/** The path without so many names at its end. */
function folderOf({ path }: MenuText, count: number): string {
  return path.split('/').slice(0, -count).join('/').toLowerCase();
}

/** The identifier is the name of the file, without the count of attempts to start it. */
function entryOf({ path, text }: MenuText): LoaderEntry {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const title = /^title[ \t]+(\S.*)/m.exec(text)?.[1];
  return {
    id: name.replace(/\+\d+(?:-\d+)?(?=\.conf$)/i, ''),
    title: title === undefined ? undefined : trimBlanks(title as ByteString),
  };
}

function identifierIn(entries: readonly LoaderEntry[], wanted: string): string | undefined {
  const isSame = sameLetters(wanted);
  const found =
    entries.find(({ id }) => isSame(id) || isSame(id.replace(/\.conf$/i, ''))) ??
    entries.find(({ title }) => title === wanted) ??
    entries.find(({ title }) => title !== undefined && isSame(title));
  if (found) return found.id;
  if (WITHOUT_FILE.test(wanted)) return wanted;
  if (!/[*?[]/.test(wanted)) return undefined;
  const pattern = parsePattern(wanted.toLowerCase() as ByteString);
  return entries.some(({ id }) => matchesPath(pattern, [id.toLowerCase()])) ? wanted : undefined;
}
