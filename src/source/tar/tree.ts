// A tar archive as a tree. Nothing is written anywhere, so nothing can escape; what would lead out of the tree on a file
// system is refused all the same, because no honest archive needs it.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidImageError } from '../../errors.js';
import { EMPTY, type ExactContent, type Range, type Run, type Source } from '../../io/index.js';
import {
  type Attributes,
  attributes,
  type Directory,
  directory,
  FileTree,
  file,
  type Node,
  special,
  symlink,
} from '../../tree/index.js';
import { readTarEntries, type TarEntry } from './entries.js';
import { sparseContent } from './sparse.js';

/** Entries of one archive; each costs half a kilobyte. */
const MOST_ENTRIES = 5_000_000;
const LONGEST_PATH = 4096;
const DEEPEST = 256;

/** A directory while the archive is read; directories the archive does not list are made on the way. */
interface Draft {
  given: Attributes | undefined;
  readonly entries: Map<ByteString, Draft | Node>;
}

/**
 * Reads an uncompressed archive. `open` gives the content of a range of it, whenever that is asked for. A later entry of a
 * name replaces an earlier one, as when extracting. Throws {@link InvalidImageError} for archives that are broken, or
 * hold paths that lead out of the tree or through something that is no directory.
 */
export async function readTar(archive: Source, open: (range: Range) => ExactContent, run: Run): Promise<FileTree> {
  const root: Draft = { given: undefined, entries: new Map() };
  let count = 0;
  for await (const entry of readTarEntries(archive, run)) {
    if (++count > MOST_ENTRIES) throw refusal(entry, 'tar.too-many', `is one of more than ${MOST_ENTRIES} entries`);
    const names = splitName(entry, entry.path);
    const attrs = attributesOf(entry);
    if (names.length === 0) {
      if (entry.kind !== 'directory') throw refusal(entry, 'tar.path', 'has no name');
      root.given = attrs;
      continue;
    }
    const parent = descend(root, names.slice(0, -1), entry);
    const name = names.at(-1)!;
    if (entry.kind === 'directory') makeDirectory(parent, name, attrs);
    else parent.entries.set(name, nodeOf(entry, attrs, root, open));
  }
  return new FileTree(finish(root));
}

/** Components of a path, which may start with `/` or `./` as archivers write it. */
function splitName(entry: TarEntry, path: ByteString): ByteString[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.') as ByteString[];
  if (names.includes('..' as ByteString)) throw refusal(entry, 'tar.escape', 'leads out of the archive by ".."');
  if (path.includes('\0') || path.length > LONGEST_PATH || names.length > DEEPEST || names.some((n) => n.length > 255))
    throw refusal(entry, 'tar.path', 'has a path that no file system takes');
  return names;
}

function descend(root: Draft, names: readonly ByteString[], entry: TarEntry): Draft {
  let at = root;
  for (const name of names) {
    const next = at.entries.get(name);
    if (next === undefined) at = makeDirectory(at, name, undefined);
    else if (isDraft(next)) at = next;
    else throw refusal(entry, 'tar.through-link', `lies below "${displayText(name)}", which is a ${next.kind}`);
  }
  return at;
}

function makeDirectory(parent: Draft, name: ByteString, given: Attributes | undefined): Draft {
  const known = parent.entries.get(name);
  if (known !== undefined && isDraft(known)) {
    known.given = given ?? known.given;
    return known;
  }
  const made: Draft = { given, entries: new Map() };
  parent.entries.set(name, made);
  return made;
}

function nodeOf(entry: TarEntry, attrs: Attributes, root: Draft, open: (range: Range) => ExactContent): Node {
  switch (entry.kind) {
    case 'symlink':
      if (entry.target === '' || entry.target.includes('\0')) throw refusal(entry, 'tar.link', 'is a link to nothing');
      return symlink(entry.target, attrs);
    case 'hard-link':
      return linked(root, entry);
    case 'character-device':
    case 'block-device':
      return special(entry.kind, attrs, entry.major, entry.minor);
    case 'fifo':
      return special('fifo', attrs);
    default:
      return file(contentOf(entry, open), attrs);
  }
}

function contentOf({ data, sparse }: TarEntry, open: (range: Range) => ExactContent): ExactContent {
  if (sparse) return sparseContent(sparse, data, open);
  return data.length === 0 ? EMPTY : open(data);
}

/** The node that an earlier entry made; its second name shares it. */
function linked(root: Draft, entry: TarEntry): Node {
  let at: Draft | Node | undefined = root;
  for (const name of splitName(entry, entry.target)) {
    at = at !== undefined && isDraft(at) ? at.entries.get(name) : undefined;
  }
  if (at !== undefined && !isDraft(at)) return at;
  const shown = displayText(entry.target);
  throw refusal(entry, 'tar.link', `is a hard link to ${shown}, which the archive does not hold before it`);
}

function attributesOf({ mode, uid, gid, mtime, xattrs }: TarEntry): Attributes {
  return attributes({ mode, uid, gid, mtime, xattrs });
}

function finish(draft: Draft): Directory {
  const entries = [...draft.entries].map(([name, node]) => [name, isDraft(node) ? finish(node) : node] as const);
  const made = directory<ExactContent>(draft.given ?? { mode: 0o755 }, entries);
  return draft.given ? made : { ...made, implied: true };
}

function isDraft(node: Draft | Node): node is Draft {
  return !('kind' in node);
}

function refusal(entry: TarEntry, code: string, what: string): InvalidImageError {
  const shown = displayText(entry.path);
  return new InvalidImageError(code, `The entry "${shown}" of the tar archive ${what}.`, {
    path: shown,
    at: entry.at,
    hint: 'Make the archive again from a directory, with plain relative names.',
  });
}
