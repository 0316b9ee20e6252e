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
  type LossLog,
  type Node,
  special,
  symlink,
} from '../../tree/index.js';
import { readTarEntries, type TarEntry, type TarReadOptions } from './entries.js';
import { BLOCK, isHeader } from './header.js';
import { ENTRY_COST, Meter, XATTR_COST } from './meter.js';
import { sparseContent } from './sparse.js';

/** Entries of one archive; each takes half a kilobyte. */
const MOST_ENTRIES = 5_000_000;
const LONGEST_PATH = 4096;
const DEEPEST = 256;

/** Symbolic links that are followed on the way to one entry, as Linux does. */
const MOST_LINKS = 40;

/** How an archive becomes a tree. */
export interface TarTreeOptions extends TarReadOptions {
  /** Takes what entries have and a tree cannot hold. */
  readonly losses?: LossLog;
  /** Counts work and memory; has a limit if there is to be one. */
  readonly meter?: Meter;
}

/** Whether a file begins with the header of an archive. */
export async function isTar(file: Source): Promise<boolean> {
  if (file.size < BLOCK) return false;
  const block = new Uint8Array(BLOCK);
  await file.read(0, block);
  return isHeader(block);
}

/** A directory while the archive is read; directories the archive does not list are made on the way. */
interface Draft {
  given: Attributes | undefined;
  readonly entries: Map<ByteString, Draft | Node>;
}

/**
 * Reads an uncompressed archive. `open` gives the content of a range of it, whenever that is asked for. A later entry of a
 * name replaces an earlier one, as when extracting. Throws {@link InvalidImageError} for archives that are broken, or
 * hold paths that lead out of the tree or through something that is not a directory.
 */
export async function readTar(
  archive: Source,
  open: (range: Range) => ExactContent,
  run: Run,
  options: TarTreeOptions = {},
): Promise<FileTree> {
  const { losses, meter = new Meter() } = options;
  const draft = new TreeDraft(open, meter);
  let count = 0;
  for await (const entry of readTarEntries(archive, run, meter, options)) {
    if (++count > MOST_ENTRIES) throw refusal(entry, 'tar.too-many', `is one of more than ${MOST_ENTRIES} entries`);
    for (const key of entry.unread) addLoss(losses, key, entry.path);
    draft.add(entry);
  }
  return draft.finish();
}

function addLoss(losses: LossLog | undefined, key: string, path: ByteString): void {
  if (key.startsWith('SCHILY.acl.')) {
    const message = 'Access lists of the archive are left out: they are not POSIX lists of numbered users and groups.';
    losses?.add('tar.access-list', message, path);
  } else losses?.add('tar.attribute', 'Attributes of the archive that Linux does not have are left out.', path);
}

class TreeDraft {
  readonly #root: Draft = { given: undefined, entries: new Map() };
  readonly #open: (range: Range) => ExactContent;
  readonly #meter: Meter;

  constructor(open: (range: Range) => ExactContent, meter: Meter) {
    this.#open = open;
    this.#meter = meter;
  }

  add(entry: TarEntry): void {
    const names = splitName(entry, entry.path);
    const attrs = attributesOf(entry);
    const held = entry.xattrs.reduce(
      (sum, { name, value }) => sum + XATTR_COST + name.length + value.length,
      ENTRY_COST,
    );
    this.#meter.hold(held + entry.path.length + entry.target.length, entry.at);
    if (names.length === 0) {
      if (entry.kind !== 'directory') throw refusal(entry, 'tar.path', 'has no name');
      this.#root.given = attrs;
      return;
    }
    const parent = this.#descend(names.slice(0, -1), entry);
    const name = names.at(-1)!;
    if (entry.kind === 'directory') this.#makeDirectory(parent, name, attrs, entry);
    else parent.entries.set(name, this.#nodeOf(entry, attrs));
  }

  finish(): FileTree {
    return new FileTree(finish(this.#root));
  }

  /** The directory at a path; directories on the way are made, links followed where extracting would. */
  #descend(path: readonly ByteString[], entry: TarEntry): Draft {
    const trail = [this.#root];
    const rest = path.toReversed();
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      this.#meter.step();
      const at = trail.at(-1)!;
      const next = at.entries.get(name);
      if (next === undefined) trail.push(this.#makeDirectory(at, name, undefined, entry));
      else if (isDraft(next)) trail.push(next);
      else if (next.kind === 'symlink' && isInner(next.target) && ++links <= MOST_LINKS) {
        rest.push(...splitName(entry, next.target).reverse());
      } else throw refusal(entry, 'tar.through-link', `is below "${displayText(name)}", which is a ${next.kind}`);
    }
    return trail.at(-1)!;
  }

  #makeDirectory(parent: Draft, name: ByteString, given: Attributes | undefined, entry: TarEntry): Draft {
    const known = parent.entries.get(name);
    if (known !== undefined && isDraft(known)) {
      known.given = given ?? known.given;
      return known;
    }
    this.#meter.hold(ENTRY_COST, entry.at);
    const made: Draft = { given, entries: new Map() };
    parent.entries.set(name, made);
    return made;
  }

  #nodeOf(entry: TarEntry, attrs: Attributes): Node {
    switch (entry.kind) {
      case 'symlink':
        if (entry.target === '' || entry.target.includes('\0'))
          throw refusal(entry, 'tar.link', 'is a link to nothing');
        return symlink(entry.target, attrs);
      case 'hard-link':
        return this.#linked(entry, attrs);
      case 'character-device':
      case 'block-device':
        return special(entry.kind, attrs, entry.major, entry.minor);
      case 'fifo':
        return special('fifo', attrs);
      default:
        return file(this.#contentOf(entry), attrs);
    }
  }

  #contentOf({ data, sparse }: TarEntry): ExactContent {
    if (sparse) return sparseContent(sparse, data, this.#open);
    return data.length === 0 ? EMPTY : this.#open(data);
  }

  /** The node that an earlier entry made; its second name shares it. Data of the link are those of the file again. */
  #linked(entry: TarEntry, attrs: Attributes): Node {
    let at: Draft | Node | undefined = this.#root;
    for (const name of splitName(entry, entry.target)) {
      this.#meter.step();
      at = at !== undefined && isDraft(at) ? at.entries.get(name) : undefined;
    }
    if (at !== undefined && !isDraft(at)) return at;
    if (at === undefined && entry.data.length > 0) return file(this.#contentOf(entry), attrs);
    const shown = displayText(entry.target);
    throw refusal(entry, 'tar.link', `is a hard link to ${shown}, which is not an earlier entry of the archive`);
  }
}

/** Whether a target cannot lead out of the directory of its link: only such links are followed when extracting. */
function isInner(target: ByteString): boolean {
  return !target.startsWith('/') && !target.split('/').includes('..');
}

/** Components of a path, which may start with `/` or `./` as archivers write it. */
function splitName(entry: TarEntry, path: ByteString): ByteString[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.') as ByteString[];
  if (names.includes('..' as ByteString)) throw refusal(entry, 'tar.escape', 'leads out of the archive by ".."');
  if (path.includes('\0') || path.length > LONGEST_PATH || names.length > DEEPEST || names.some((n) => n.length > 255))
    throw refusal(entry, 'tar.path', 'has a path that no file system allows');
  return names;
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
    hint: 'Recreate the archive from a directory, with plain relative names.',
  });
}
