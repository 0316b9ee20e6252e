// The local database of pacman: a directory NAME-VERSION per package, with its fields in the file desc.

import { type ByteString, compareBytes, defined, fromText } from '../../bytes/index.js';
import type { Run } from '../../io/index.js';
import { type FileTree, glob } from '../../tree/index.js';
import { linesAt, textAt } from './entry.js';
import type { InstalledPackage, OpeningRequest, PackageDatabase } from './package.js';

const PATTERN = '/var/lib/pacman/local/*/desc';

/** Undefined if the tree has none. */
export async function openPacman({ root }: OpeningRequest, run: Run): Promise<PackageDatabase | undefined> {
  const found = glob(root, PATTERN);
  if (found.length === 0) return undefined;
  const packages: (InstalledPackage & { readonly list: string })[] = [];
  for (const { path } of found) {
    const facts = readDesc((await textAt(root, path, run)) ?? '');
    const name = facts.get('NAME');
    if (name === undefined) continue;
    const [version = '', release] = splitVersion(facts.get('VERSION') ?? '');
    packages.push({ name, version, ...defined({ release }), list: `/${path.slice(0, -'desc'.length)}files` });
  }
  packages.sort((a, b) => compareBytes(fromText(a.name), fromText(b.name)));
  return {
    kind: 'pacman',
    packages: async () => packages.map(({ list: _, ...each }) => each),
    files: async (running) => {
      const all: ByteString[][] = [];
      for (const { list } of packages) all.push(await filesIn(root, list, running));
      return all;
    },
  };
}

/** Lines after `%FILES%`, up to the next heading; directories end with a slash. */
async function filesIn(root: FileTree, list: string, run: Run): Promise<ByteString[]> {
  const lines = await linesAt(root, list, run);
  const first = lines.indexOf('%FILES%' as ByteString) + 1;
  if (first === 0) return [];
  const end = lines.findIndex((line, index) => index >= first && /^%[A-Z0-9_]+%$/.test(line));
  return lines.slice(first, end < 0 ? undefined : end).map((path) => `/${path}` as ByteString);
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
