// The local database of pacman: a directory NAME-VERSION per package, with its fields in the file desc.

import { compareBytes, defined, fromText } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import { glob } from '../../tree/index.js';
import { textAt } from './entry.js';
import type { InstalledPackage, OpeningRequest, PackageDatabase } from './package.js';

const PATTERN = '/var/lib/pacman/local/*/desc';

/** Undefined if the tree has none. */
export async function openPacman({ root }: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const found = glob(root, PATTERN);
  if (found.length === 0) return undefined;
  const packages: InstalledPackage[] = [];
  for (const { path } of found) {
    const facts = readDesc((await textAt(root, path, run)) ?? '');
    const name = facts.get('NAME');
    if (name === undefined) continue;
    const [version = '', release] = splitVersion(facts.get('VERSION') ?? '');
    packages.push({ name, version, ...defined({ release }) });
  }
  packages.sort((a, b) => compareBytes(fromText(a.name), fromText(b.name)));
  return { kind: 'pacman', packages: async () => packages };
}

/** `%NAME%`, its lines, an empty line; the first line of each is kept. */
function readDesc(text: string): Map<string, string> {
  const facts = new Map<string, string>();
  let field: string | undefined;
  for (const line of text.split('\n')) {
    const heading = /^%([A-Z0-9_]+)%$/.exec(line);
    if (heading) field = heading[1];
    else if (field !== undefined && line !== '' && !facts.has(field)) facts.set(field, line);
  }
  return facts;
}

/** `epoch:version-release`: the release has no dash; the epoch stays with the version. */
function splitVersion(text: string): [version: string, release?: string] {
  const dash = text.lastIndexOf('-');
  return dash < 0 ? [text] : [text.slice(0, dash), text.slice(dash + 1)];
}
