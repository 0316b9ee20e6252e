// Compares two trees entry by entry.

import { type ByteString, compareBytes, displayText, hexOf, type Timestamp } from '../bytes/index.js';
import { InvalidImageError, UnsupportedError } from '../errors.js';
import type { Run } from '../io/index.js';
import { type Directory, type FileTree, joinPath, type Node, walk } from '../tree/index.js';
import { firstDifference } from './contents.js';
import type { HeldAttributes } from './normal-form.js';

/** An attribute of an entry that differs. */
export interface ChangedAttribute {
  /** `kind`, `content`, `size`, `mode`, `owner`, `mtime`, `target`, `device`, `links`, or `xattr NAME`. */
  readonly name: string;
  /** The values as text; absent if it has none. */
  readonly a?: string;
  readonly b?: string;
}

/** An entry that is in one tree only, or that differs. */
export interface EntryDifference {
  /** As listings show it. */
  readonly path: string;
  readonly change: 'removed' | 'added' | 'changed';
  /** The kind of entry, in the second tree if it is in both. */
  readonly kind: Node['kind'];
  /** Only of changed entries. */
  readonly attributes?: readonly ChangedAttribute[];
}

const SECOND = 1_000_000_000;
const LOST_AND_FOUND = 'lost+found';

/** Yields differences in the order of paths. An entry below an added or removed directory is listed too. */
export async function* compareTrees(
  a: FileTree,
  b: FileTree,
  held: HeldAttributes,
  run: Run,
): AsyncGenerator<EntryDifference> {
  const comparison = new Comparison(firstNames(a), firstNames(b), held, run);
  yield* comparison.pair('' as ByteString, a.root, b.root);
}

/** The first path of every node other than a directory. Hard links are equal if their first paths are. */
function firstNames(tree: FileTree): ReadonlyMap<Node, ByteString> {
  const first = new Map<Node, ByteString>();
  for (const { path, node } of walk(tree)) if (node.kind !== 'directory' && !first.has(node)) first.set(node, path);
  return first;
}

class Comparison {
  readonly #namesA: ReadonlyMap<Node, ByteString>;
  readonly #namesB: ReadonlyMap<Node, ByteString>;
  readonly #held: HeldAttributes;
  readonly #run: Run;
  #done = 0;

  constructor(
    namesA: ReadonlyMap<Node, ByteString>,
    namesB: ReadonlyMap<Node, ByteString>,
    held: HeldAttributes,
    run: Run,
  ) {
    this.#namesA = namesA;
    this.#namesB = namesB;
    this.#held = held;
    this.#run = run;
  }

  async *pair(path: ByteString, a: Node, b: Node): AsyncGenerator<EntryDifference> {
    this.#run.report({ step: 'comparing', done: ++this.#done, unit: 'entries' });
    const attributes = await this.#attributes(a, b);
    if (attributes.length > 0) {
      yield { path: displayText(path) || '/', change: 'changed', kind: b.kind, attributes };
    }
    if (a.kind === 'directory' && b.kind === 'directory') yield* this.#directories(path, a, b);
    else if (a.kind === 'directory') yield* below(path, a, 'removed');
    else if (b.kind === 'directory') yield* below(path, b, 'added');
  }

  async *#directories(path: ByteString, a: Directory, b: Directory): AsyncGenerator<EntryDifference> {
    const names = [...new Set([...a.entries.keys(), ...b.entries.keys()])].sort(compareBytes);
    for (const name of names) {
      const [first, second] = [a.entries.get(name), b.entries.get(name)];
      const place = joinPath(path, name);
      if (first && second) yield* this.pair(place, first, second);
      else if (!isExpected(path, name, (first ?? second)!)) {
        if (first) yield* only(place, first, 'removed');
        if (second) yield* only(place, second, 'added');
      }
    }
  }

  async #attributes(a: Node, b: Node): Promise<ChangedAttribute[]> {
    if (a.kind !== b.kind) return [{ name: 'kind', a: a.kind, b: b.kind }];
    // The attributes of a directory without an entry of its own are made up.
    if (isImpliedDirectory(a) || isImpliedDirectory(b)) return [];
    return [...this.#metadata(a, b), ...(await this.#content(a, b))];
  }

  #metadata(a: Node, b: Node): ChangedAttribute[] {
    const { modes, owners, links } = this.#held;
    const found: ChangedAttribute[] = [];
    // The mode of a symbolic link means nothing, and writers differ in it.
    if (modes && a.kind !== 'symlink' && a.mode !== b.mode) found.push({ name: 'mode', a: octal(a), b: octal(b) });
    if (owners && (a.uid !== b.uid || a.gid !== b.gid)) {
      found.push({ name: 'owner', a: `${a.uid}:${a.gid}`, b: `${b.uid}:${b.gid}` });
    }
    if (!this.#isSameTime(a.mtime, b.mtime)) found.push({ name: 'mtime', a: shown(a.mtime), b: shown(b.mtime) });
    found.push(...this.#xattrs(a, b));
    if (links && a.kind !== 'directory') {
      const [first, second] = [this.#namesA.get(a), this.#namesB.get(b)];
      if (first !== second) found.push({ name: 'links', a: displayText(first!), b: displayText(second!) });
    }
    return found;
  }

  #isSameTime(a: Timestamp, b: Timestamp): boolean {
    const { time } = this.#held;
    if (time === undefined) return true;
    if (time < SECOND) {
      return a.seconds === b.seconds && Math.floor(a.nanoseconds / time) === Math.floor(b.nanoseconds / time);
    }
    return Math.abs(a.seconds - b.seconds) < time / SECOND;
  }

  #xattrs(a: Node, b: Node): ChangedAttribute[] {
    const kept = (node: Node) =>
      new Map(
        node.xattrs
          .filter(({ name }) => this.#held.xattrs.some((prefix) => name.startsWith(prefix)))
          .map(({ name, value }) => [name, value]),
      );
    const [first, second] = [kept(a), kept(b)];
    const names = [...new Set([...first.keys(), ...second.keys()])].sort(compareBytes);
    return names.flatMap((name) => {
      const [left, right] = [first.get(name), second.get(name)];
      if (left && right && Buffer.compare(left, right) === 0) return [];
      const text = (value: Uint8Array | undefined, side: 'a' | 'b') => (value ? { [side]: hexOf(value) } : {});
      return [{ name: `xattr ${displayText(name)}`, ...text(left, 'a'), ...text(right, 'b') }];
    });
  }

  async #content(a: Node, b: Node): Promise<ChangedAttribute[]> {
    if (a.kind === 'symlink' && b.kind === 'symlink' && a.target !== b.target) {
      return [{ name: 'target', a: displayText(a.target), b: displayText(b.target) }];
    }
    if ('major' in a && 'major' in b && (a.major !== b.major || a.minor !== b.minor)) {
      return [{ name: 'device', a: `${a.major}:${a.minor}`, b: `${b.major}:${b.minor}` }];
    }
    if (a.kind !== 'file' || b.kind !== 'file') return [];
    const { content: first } = a;
    const { content: second } = b;
    if (first.size !== second.size) return [{ name: 'size', a: `${first.size}`, b: `${second.size}` }];
    try {
      const at = await firstDifference(first, second, this.#run);
      return at === undefined ? [] : [{ name: 'content', a: `byte ${at}`, b: `byte ${at}` }];
    } catch (error) {
      if (!(error instanceof InvalidImageError) && !(error instanceof UnsupportedError)) throw error;
      return [{ name: 'content', a: error.message, b: error.message }];
    }
  }
}

/** Whether an entry is the empty `lost+found` that every ext file system has: only one side having it is no difference. */
function isExpected(path: ByteString, name: ByteString, node: Node): boolean {
  return path === '' && name === LOST_AND_FOUND && node.kind === 'directory' && node.entries.size === 0;
}

function isImpliedDirectory(node: Node): boolean {
  return node.kind === 'directory' && node.implied === true;
}

function* only(path: ByteString, node: Node, change: 'added' | 'removed'): Generator<EntryDifference> {
  yield { path: displayText(path), change, kind: node.kind };
  if (node.kind === 'directory') yield* below(path, node, change);
}

function* below(path: ByteString, node: Directory, change: 'added' | 'removed'): Generator<EntryDifference> {
  for (const [name, inner] of node.entries) yield* only(joinPath(path, name), inner, change);
}

function octal({ mode }: Node): string {
  return mode.toString(8).padStart(4, '0');
}

function shown({ seconds, nanoseconds }: Timestamp): string {
  return nanoseconds === 0 ? `${seconds}` : `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}
