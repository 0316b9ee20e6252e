// Builds a tree from the entries of one archive, or of several layers. Nothing is written to disk, so nothing can escape; entries that
// would lead out of the tree on a file system are refused anyway, because no honest archive needs them.

import { type ByteString, displayText, MAX_SYMLINKS } from '../../bytes/index.js';
import { EMPTY, type ExactContent, type Range } from '../../io/index.js';
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
import type { TarEntry } from './entries.js';
import { components, DEEPEST, isInner, refusal, shownPath, splitName } from './entry-path.js';
import { ENTRY_COST, type Meter, XATTR_COST } from './meter.js';
import { sparseContent } from './sparse.js';

/** Most entries of all archives; each takes half a kilobyte of memory. */
const MOST_ENTRIES = 5_000_000;

/** A directory while archives are read. Directories that no archive lists are made when something is put into them. */
interface Draft {
  given: Attributes | undefined;
  readonly entries: Map<ByteString, Draft | Node>;
}

/**
 * Which symbolic links on the way to an entry are followed. `inner`: those that cannot lead out of their directory. `root`: all, as a
 * system with this root directory would.
 */
export type LinkRule = 'inner' | 'root';

/** The content of a range of the archive that is being read. */
export type OpenRange = (range: Range) => ExactContent;

/** The entries of the current layer, which its own whiteouts do not remove. */
interface Layer {
  /** Names of the layer's entries, and of the directories on the way to them. */
  readonly names: Map<Draft, Set<ByteString>>;
  /** Directories from which entries of lower layers were removed. */
  readonly cleared: Set<Draft>;
}

/** Collects entries. A later entry of a name replaces an earlier one, as when extracting. */
export class TreeDraft {
  readonly #root: Draft = { given: undefined, entries: new Map() };
  readonly #meter: Meter;
  readonly #rule: LinkRule;
  #layer: Layer | undefined;
  #count = 0;

  constructor(meter: Meter, rule: LinkRule = 'inner') {
    this.#meter = meter;
    this.#rule = rule;
  }

  /** Starts the next layer, on top of everything so far. */
  nextLayer(): void {
    this.#layer = { names: new Map(), cleared: new Set() };
  }

  /**
   * Adds an entry. Throws {@link InvalidImageError} for paths that lead out of the tree or through something that is not a
   * directory, for links to nothing, and for too many entries.
   */
  add(entry: TarEntry, open: OpenRange): void {
    this.#hold(entry);
    const names = splitName(entry, entry.path);
    const attrs = attributesOf(entry);
    if (names.length === 0) {
      if (entry.kind !== 'directory') throw refusal(entry, 'tar.path', 'has no name');
      this.#root.given = attrs;
      return;
    }
    const parent = this.#made(names.slice(0, -1), entry);
    const name = names.at(-1)!;
    if (entry.kind === 'directory') this.#makeDirectory(parent, name, attrs, entry);
    else parent.entries.set(name, this.#nodeOf(entry, attrs, open));
    this.#touch(parent, name);
  }

  /** Removes an entry of lower layers, or with `children` everything of them in a directory. `entry` is the whiteout. */
  hide(entry: TarEntry, path: ByteString, children: boolean): void {
    this.#hold(entry);
    const names = splitName(entry, path);
    const parent = this.#find(children ? names : names.slice(0, -1), entry);
    if (!parent || !this.#layer) return;
    if (children) this.#clear(parent, this.#layer);
    else this.#hideName(parent, names.at(-1)!, this.#layer);
  }

  finish(): FileTree {
    return new FileTree(finish(this.#root));
  }

  #hold(entry: TarEntry): void {
    if (++this.#count > MOST_ENTRIES)
      throw refusal(entry, 'tar.too-many', `is one of more than ${MOST_ENTRIES} entries`);
    const held = entry.xattrs.reduce(
      (sum, { name, value }) => sum + XATTR_COST + name.length + value.length,
      ENTRY_COST,
    );
    this.#meter.hold(held + entry.path.length + entry.target.length, entry.at);
  }

  #touch(parent: Draft, name: ByteString): void {
    if (!this.#layer) return;
    const known = this.#layer.names.get(parent);
    if (known) known.add(name);
    else this.#layer.names.set(parent, new Set([name]));
  }

  #hideName(parent: Draft, name: ByteString, layer: Layer): void {
    const known = parent.entries.get(name);
    if (!layer.names.get(parent)?.has(name)) parent.entries.delete(name);
    else if (known !== undefined && isDraft(known)) this.#clear(known, layer);
  }

  /** Clears a directory once per layer; entries that come later belong to the layer itself. */
  #clear(draft: Draft, layer: Layer): void {
    if (layer.cleared.has(draft)) return;
    layer.cleared.add(draft);
    for (const name of [...draft.entries.keys()]) this.#hideName(draft, name, layer);
  }

  #made(path: readonly ByteString[], entry: TarEntry): Draft {
    return this.#descend(path, entry, (parent, name) => this.#makeDirectory(parent, name, undefined, entry))!;
  }

  #find(path: readonly ByteString[], entry: TarEntry): Draft | undefined {
    return this.#descend(path, entry, undefined);
  }

  /** The directory at a path, through links that {@link LinkRule} allows. Undefined for a missing one if none is made. */
  #descend(
    path: readonly ByteString[],
    entry: TarEntry,
    make: ((parent: Draft, name: ByteString) => Draft) | undefined,
  ): Draft | undefined {
    const trail = [this.#root];
    const rest = path.toReversed();
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      this.#meter.step();
      const at = trail.at(-1)!;
      const next = at.entries.get(name);
      if (name === '..') trail.length = Math.max(1, trail.length - 1);
      else if (next === undefined && !make) return undefined;
      else if (next === undefined || isDraft(next)) {
        trail.push(next ?? make!(at, name));
        if (make) this.#touch(at, name);
      } else if (next.kind === 'symlink' && this.#follows(next.target) && ++links <= MAX_SYMLINKS) {
        if (next.target.startsWith('/')) trail.length = 1;
        rest.push(...components(entry, next.target).reverse());
      } else throw refusal(entry, 'tar.through-link', `is below "${displayText(name)}", which is a ${next.kind}`);
      if (trail.length > DEEPEST) throw refusal(entry, 'tar.path', 'has a path that no file system allows');
    }
    return trail.at(-1)!;
  }

  #follows(target: ByteString): boolean {
    return this.#rule === 'root' || isInner(target);
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

  #nodeOf(entry: TarEntry, attrs: Attributes, open: OpenRange): Node {
    switch (entry.kind) {
      case 'symlink':
        if (entry.target === '' || entry.target.includes('\0'))
          throw refusal(entry, 'tar.link', 'is a link to nothing');
        return symlink(entry.target, attrs);
      case 'hard-link':
        return this.#linked(entry, attrs, open);
      case 'character-device':
      case 'block-device':
        return special(entry.kind, attrs, entry.major, entry.minor);
      case 'fifo':
        return special('fifo', attrs);
      default:
        return file(contentOf(entry, open), attrs);
    }
  }

  /** The node of an earlier entry, which a hard link shares. Data after a link repeats that of the file. */
  #linked(entry: TarEntry, attrs: Attributes, open: OpenRange): Node {
    const names = splitName(entry, entry.target);
    const parent = this.#findEarlier(names.slice(0, -1), entry);
    const last = names.at(-1);
    const at = last === undefined ? this.#root : parent?.entries.get(last);
    if (at !== undefined && !isDraft(at)) return at;
    if (at === undefined && entry.data.length > 0) return file(contentOf(entry, open), attrs);
    const shown = shownPath(entry.target);
    throw refusal(entry, 'tar.link', `is a hard link to ${shown}, which is not an earlier entry of the archive`);
  }

  /** In one archive a link has the path of an earlier entry; over layers, a path in the tree below. */
  #findEarlier(names: readonly ByteString[], entry: TarEntry): Draft | undefined {
    if (this.#rule === 'root') return this.#find(names, entry);
    let at: Draft | Node | undefined = this.#root;
    for (const name of names) {
      this.#meter.step();
      at = at !== undefined && isDraft(at) ? at.entries.get(name) : undefined;
    }
    return at !== undefined && isDraft(at) ? at : undefined;
  }
}

function contentOf({ data, sparse }: TarEntry, open: OpenRange): ExactContent {
  if (sparse) return sparseContent(sparse, data, open);
  return data.length === 0 ? EMPTY : open(data);
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
