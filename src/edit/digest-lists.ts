// Lists of digests on the medium, by which the medium checks its files: lines of changed files get new digests.

import { type ByteString, bytesOf, withoutEnd } from '../bytes/index.js';
import { bytesSource, type DigestName, type ExactContent } from '../io/index.js';
import { file } from '../tree/index.js';
import { replaceBytes } from './change/apply.js';
import { isFile } from './change/edited-trees.js';
import { contentDigest } from './content-digest.js';
import type { EditContext } from './edit-context.js';
import { contentOf, type DiscFile, filesOf, resolvedPath, textOf } from './menus/disc-files.js';

const LIST_NAME =
  /(?:^|\/)(?:(?:md5|sha1|sha224|sha256|sha384|sha512)sums?(?:\.txt)?|checksums?(?:\.txt)?|\.treeinfo|[^/]+\.(?:md5|sha1|sha256|sha512))$/i;
const LARGEST_LIST = 64 * 1024 * 1024;
const SIGNATURES = ['.gpg', '.asc', '.sig', '.sign'];
const DIGESTS: Readonly<Record<number, DigestName>> = {
  32: 'md5',
  40: 'sha1',
  56: 'sha224',
  64: 'sha256',
  96: 'sha384',
  128: 'sha512',
};
/** Lines without their end. */
const LINES = [
  // `d41d… *./path`
  /^(?<digest>[0-9a-f]{32,128})(?:[ \t]+\*|[ \t]+(?![ \t*]))(?<path>.+)$/dis,
  // `[checksums]` in a .treeinfo: `path = sha256:e3b0…`
  /^(?<path>[^ \t=]+)[ \t]*=[ \t]*(?:md5|sha1|sha224|sha256|sha384|sha512):(?<digest>[0-9a-f]+)$/di,
  // of BSD, and of `md5sum --tag`: `SHA256 (path) = e3b0…`
  /^(?:MD5|SHA1|SHA224|SHA256|SHA384|SHA512) \((?<path>.+)\) = (?<digest>[0-9a-f]{32,128})$/ds,
];

/** The files that changed. */
export interface ChangedFiles {
  /** New contents of files that are patched in place. Paths of all are in the form in which they are compared. */
  readonly patched: ReadonlyMap<string, ExactContent>;
  readonly changed: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** Updates all lists. Reports signatures over lists that no longer fit. */
export async function updateDigestLists(context: EditContext, changes: ChangedFiles): Promise<void> {
  const { disc, trees, log, losses, time, run } = context;
  const lists = [...filesOf(trees)].filter(({ path, size }) => LIST_NAME.test(path) && size <= LARGEST_LIST);
  for (const list of lists) {
    const text = await textOf(disc, list, run);
    const edited = await editedList(text, list, context, changes);
    if (edited === text) continue;
    replaceBytes(trees, list.path, file(bytesSource(bytesOf(edited)), { mtime: time }), 'edited', log);
    for (const suffix of SIGNATURES) {
      const signature = `${list.path}${suffix}` as ByteString;
      if (!trees.find(signature)) continue;
      losses.add('edit.signed-list', 'The signature over a list of digests no longer fits the list.', signature);
    }
  }
}

async function editedList(
  text: ByteString,
  list: DiscFile,
  context: EditContext,
  changes: ChangedFiles,
): Promise<ByteString> {
  let result = '';
  for (const [line] of text.matchAll(/[^\n]*\n?/g)) {
    const content = withoutEnd(line, '\r\n');
    const found = LINES.map((pattern) => pattern.exec(content)).find((match) => match !== null);
    const path = found && pathOf(found.groups!.path!, list, context, changes);
    if (path !== undefined && changes.removed.has(path)) continue;
    result += path === undefined ? line : await withDigest(line, found!, path, context, changes);
  }
  return result as ByteString;
}

/** A line with the digest that a file has now, in upper case if the old one was. */
async function withDigest(
  line: string,
  { groups, indices }: RegExpExecArray,
  path: ByteString,
  context: EditContext,
  changes: ChangedFiles,
): Promise<string> {
  const old = groups!.digest!;
  const [from, to] = indices!.groups!.digest!;
  const name = DIGESTS[old.length];
  const now = name ? await digestOf(path, name, context, changes) : old;
  return line.slice(0, from) + (/[A-F]/.test(old) ? now.toUpperCase() : now) + line.slice(to);
}

/** The changed or removed file that a line names, relative to the directory of the list or to the root. */
function pathOf(listed: string, { path }: DiscFile, { trees }: EditContext, { changed, removed }: ChangedFiles) {
  const plain = listed.replace(/^\//, '');
  const places = new Set([path, '' as ByteString].map((from) => trees.keyOf(resolvedPath(from, plain))));
  // The first place that exists counts, even if its file is unchanged and the other one is not.
  const found = [...places].find((place) => removed.has(place) || trees.find(place));
  return found !== undefined && (changed.has(found) || removed.has(found)) ? found : undefined;
}

async function digestOf(path: string, name: DigestName, context: EditContext, changes: ChangedFiles): Promise<string> {
  const entry = context.trees.find(path as ByteString)?.entry;
  const patched = changes.patched.get(path);
  const content = patched ?? (entry && isFile(entry) ? contentOf(context.disc, entry) : bytesSource(new Uint8Array(0)));
  return (await contentDigest(content, name, context.run)).hex();
}
