// The output of `dpkg -V --verify-format rpm`: installed files that are missing or differ from their package (dpkg(1)).

import { fromText } from '../../bytes/index.js';
import type { ExactContent, Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { contentDigest } from './content-digest.js';
import { readDiversions } from './dpkg-files.js';
import { type DpkgPackage, infoPath } from './dpkg-status.js';
import { entryAt, textAt } from './entry.js';
import type { InstalledFiles } from './package.js';

/** Lines in dpkg's order: packages by a hash of their names, files as in their lists. */
export async function verifyDpkg(files: InstalledFiles, packages: readonly DpkgPackage[], run: Run): Promise<string> {
  const { root } = files;
  const diversions = await readDiversions(root, run);
  const conffiles = new Set(packages.flatMap((each) => each.conffiles.map(({ path }) => path)));
  const lines: string[] = [];
  for (const each of inHashOrder(packages)) {
    const digests = await digestsOf(root, each, run);
    const list = (await textAt(root, infoPath(root, each, 'list'), run)) ?? '';
    for (const listed of list.split('\n').filter((path) => path !== '')) {
      const path = diversions.get(listed)?.(each.name) ?? listed;
      const verdict = await verdictOn(files, path, digests.get(path), run);
      const mark = conffiles.has(path) ? 'c' : ' ';
      if (verdict) lines.push(`${verdict.flags} ${mark} ${path === '/.' ? '/' : path}${verdict.reason}\n`);
    }
  }
  return lines.join('');
}

interface Verdict {
  /** Nine characters: `?` not checked, `.` as expected, `M` not a file, `5` different content. */
  readonly flags: string;
  readonly reason: string;
}

/** Undefined: no difference. Only files with a known digest are read; symbolic links are followed. */
async function verdictOn(
  { root, known }: InstalledFiles,
  path: string,
  digest: string | undefined,
  run: Run,
): Promise<Verdict | undefined> {
  const found = entryAt(root, fromText(path));
  if (found === 'ENOENT') return { flags: 'missing  ', reason: '' };
  if (found === 'ENOTDIR') return { flags: 'missing  ', reason: ' (Not a directory)' };
  if (digest === undefined) return undefined;
  const led = found.kind === 'symlink' ? follow(root, fromText(path)) : found;
  const isSame = async (content: ExactContent) => (await contentDigest('md5', content, run, known)) === digest;
  const content = led?.kind === 'file' ? ((await isSame(led.content)) ? '.' : '5') : '?';
  if (found.kind !== 'file') return { flags: `?M${content}??????`, reason: '' };
  return content === '.' ? undefined : { flags: '??5??????', reason: '' };
}

/** Known digests by path: of the package's files, otherwise of its configuration files. */
async function digestsOf(root: FileTree, each: DpkgPackage, run: Run): Promise<Map<string, string>> {
  const digests = new Map(each.conffiles.map(({ path, digest }) => [path, digest]));
  const text = (await textAt(root, infoPath(root, each, 'md5sums'), run)) ?? '';
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{32}) {2}(.+)$/.exec(line);
    if (match) digests.set(`/${match[2]!.replace(/^\//, '')}`, match[1]!);
  }
  return digests;
}

const BINS = 65_521;

/** dpkg has names in a table of 65521 bins by their 32-bit FNV-1a hash, and iterates from the first to the last. */
function inHashOrder(packages: readonly DpkgPackage[]): DpkgPackage[] {
  const binOf = new Map(packages.map(({ name }) => [name, fnv1a(name.toLowerCase()) % BINS]));
  return [...packages].sort((a, b) => binOf.get(a.name)! - binOf.get(b.name)!);
}

function fnv1a(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash >>> 0;
}
