// Lists of digests on the medium, by which the medium checks its files: lines of changed files get new digests.

import { type ByteString, bytesOf } from '../bytes/index.js';
import { bytesSource, type DigestName, type ExactContent } from '../io/index.js';
import { file } from '../tree/index.js';
import { replaceBytes } from './change/apply.js';
import { isFile } from './change/edited-trees.js';
import { contentDigest } from './content-digest.js';
import type { EditContext } from './edit-context.js';
import { contentOf, type DiscFile, filesOf, textOf } from './menus/disc-files.js';

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
/** `d41d… *./path`, or a line of `[checksums]` in a .treeinfo: `path = sha256:e3b0…`. */
const LINE =
  /^([0-9a-f]{32,128})([ \t]+\*|[ \t]+(?![ \t*]))([^\r\n]+)(\r?\n|$)|^([^\s=]+)([ \t]*=[ \t]*(?:md5|sha1|sha224|sha256|sha384|sha512):)([0-9a-f]+)(\r?\n|$)/gm;

/** The files that changed. */
export interface ChangedFiles {
  /** New contents of files that are patched in place. */
  readonly patched: ReadonlyMap<string, ExactContent>;
  /** Paths without leading slash. */
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
  let done = 0;
  for (const match of text.matchAll(LINE)) {
    const [line, digest = match[7]!, between, listed = match[5]!, end = match[8]!] = match;
    const path = pathOf(listed, list, context, changes);
    if (path === undefined) continue;
    result += text.slice(done, match.index);
    done = match.index + line.length;
    if (changes.removed.has(path)) continue;
    const name = DIGESTS[digest.length];
    const now = name ? await digestOf(path, name, context, changes) : digest;
    result += match[1] === undefined ? `${listed}${match[6]}${now}${end}` : `${now}${between}${listed}${end}`;
  }
  return (result + text.slice(done)) as ByteString;
}

/** The changed or removed file that a line names, relative to the directory of the list or to the root. */
function pathOf(listed: string, { path }: DiscFile, { trees }: EditContext, { changed, removed }: ChangedFiles) {
  const plain = listed.replace(/^\.?\//, '');
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const places = [...new Set([folder + plain, plain])];
  // The first place that exists counts, even if its file is unchanged and the other one is not.
  const found = places.find((place) => removed.has(place) || trees.find(place as ByteString));
  return found !== undefined && (changed.has(found) || removed.has(found)) ? found : undefined;
}

async function digestOf(path: string, name: DigestName, context: EditContext, changes: ChangedFiles): Promise<string> {
  const entry = context.trees.find(path as ByteString)?.entry;
  const patched = changes.patched.get(path);
  const content = patched ?? (entry && isFile(entry) ? contentOf(context.disc, entry) : bytesSource(new Uint8Array(0)));
  return (await contentDigest(content, name, context.run)).hex();
}
