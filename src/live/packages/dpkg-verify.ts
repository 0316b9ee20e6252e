// The output of `dpkg -V --verify-format rpm`: installed files that are missing or differ from their package (dpkg(1)).

import { fromText } from '../../bytes/index.js';
import type { ExactContent, Run } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';
import { contentDigests, type DigestRequest } from './content-digest.js';
import { readDiversions } from './dpkg-files.js';
import { type DpkgPackage, infoPath } from './dpkg-status.js';
import { entryAt, textAt } from './entry.js';
import type { InstalledFiles } from './package.js';

/** Lines in dpkg's order: packages by a hash of their names, files as in their lists. */
export async function verifyDpkg(
  { root, known }: InstalledFiles,
  packages: readonly DpkgPackage[],
  run: Run,
): Promise<string> {
  const diversions = await readDiversions(root, run);
  const conffiles = new Set(packages.flatMap((each) => each.conffiles.map(({ path }) => path)));
  const checks: Check[] = [];
  for (const each of inHashOrder(packages)) {
    const digests = await digestsOf(root, each, run);
    const list = (await textAt(root, infoPath(root, each, 'list'), run)) ?? '';
    for (const listed of list.split('\n').filter((path) => path !== '')) {
      const path = diversions.get(listed)?.(each.name) ?? listed;
      const check = checkOf(root, path, digests.get(path));
      if (check) checks.push(check);
    }
  }
  const read = checks.filter((check) => check.content !== undefined);
  const digests = await contentDigests(read.map(requestFor), run, known);
  const isSame = new Map(read.map((check, i) => [check, digests[i] === check.digest]));
  const lines = checks.map((check) => {
    const verdict = verdictOn(check, isSame.get(check));
    const mark = conffiles.has(check.path) ? 'c' : ' ';
    return verdict ? `${verdict} ${mark} ${check.path === '/.' ? '/' : check.path}${check.reason}\n` : '';
  });
  return lines.join('');
}

/** A file of a package that is missing, or is to have a digest. */
interface Check {
  readonly path: string;
  /** Undefined: the file is missing. */
  readonly digest: string | undefined;
  /** Why it is missing. */
  readonly reason: string;
  readonly isFile: boolean;
  /** The bytes to compare; undefined if it is not a file. */
  readonly content: ExactContent | undefined;
}

/** Undefined: there is nothing to check. Only files with a known digest are read; symbolic links are followed. */
function checkOf(root: FileTree, path: string, digest: string | undefined): Check | undefined {
  const found = entryAt(root, fromText(path));
  if (typeof found === 'string') {
    const reason = found === 'ENOTDIR' ? ' (Not a directory)' : '';
    return { path, digest: undefined, reason, isFile: false, content: undefined };
  }
  if (digest === undefined) return undefined;
  const led = found.kind === 'symlink' ? follow(root, fromText(path)) : found;
  const content = led?.kind === 'file' ? led.content : undefined;
  return { path, digest, reason: '', isFile: found.kind === 'file', content };
}

function requestFor({ content }: Check): DigestRequest {
  return { name: 'md5', content: content! };
}

/** Nine characters: `?` not checked, `.` as expected, `M` not a file, `5` different content. Undefined: no difference. */
function verdictOn({ digest, isFile }: Check, isSame: boolean | undefined): string | undefined {
  if (digest === undefined) return 'missing  ';
  const content = isSame === undefined ? '?' : isSame ? '.' : '5';
  if (!isFile) return `?M${content}??????`;
  return isSame ? undefined : '??5??????';
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
