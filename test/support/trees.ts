// Trees for tests: random ones, their description as plain data, and the same description of a mounted directory.
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, fromText } from '../../src/bytes/text.js';
import { fromNanoseconds, type Timestamp, timestamp } from '../../src/bytes/time.js';
import { type ExactContent, quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import {
  type Attributes,
  type Directory,
  directory,
  file,
  type Node,
  special,
  symlink,
  type Xattr,
} from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { judge } from './oracle.js';
import fc from './random.js';

/** The limits of a format for generated trees. */
export interface TreeLimits {
  /** Seconds, inclusive. */
  readonly times: readonly [min: number, max: number];
  readonly nanoseconds: boolean;
  readonly xattrNamespaces: readonly string[];
  /** Largest file in bytes. */
  readonly fileSize: number;
  readonly maxId: number;
}

export const POSIX: TreeLimits = {
  times: [-(2 ** 31), 15_032_385_535],
  nanoseconds: true,
  xattrNamespaces: ['user', 'trusted', 'security'],
  fileSize: 300_000,
  maxId: 0xffff_fffe,
};

/** Random trees of some dozens of entries: every kind, hard links, odd names, big ids, xattrs, sparse-like files. */
export function treeArbitrary(limits: TreeLimits = POSIX): fc.Arbitrary<FileTree> {
  const attrs = attributesArbitrary(limits);
  const leaf: fc.Arbitrary<Node> = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(contentArbitrary(limits.fileSize), attrs).map(([c, a]) => file(c, a)) },
    { weight: 2, arbitrary: fc.tuple(linkTarget, attrs).map(([t, a]) => symlink(t, { ...a, mode: 0o777 })) },
    { weight: 1, arbitrary: fc.tuple(deviceNumber, attrs).map(([n, a]) => special('block-device', a, ...n)) },
    { weight: 1, arbitrary: fc.tuple(deviceNumber, attrs).map(([n, a]) => special('character-device', a, ...n)) },
    { weight: 1, arbitrary: attrs.map((a) => special('fifo', a)) },
    { weight: 1, arbitrary: attrs.map((a) => special('socket', a)) },
  );
  const pool = fc.array(leaf, { minLength: 1, maxLength: 12 });
  const { dir } = fc.letrec<{ dir: ShapeNode }>((tie) => ({
    dir: fc.record({
      attrs,
      names: fc.uniqueArray(fc.tuple(nameArbitrary, fc.nat(1000)), { maxLength: 8, selector: ([name]) => name }),
      dirs: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant<ShapeNode[]>([]),
        fc.array(tie('dir'), { maxLength: 3 }),
      ),
    }),
  }));
  // Leaves are drawn from a pool, so the same node often gets several names: hard links.
  return fc.tuple(pool, dir).map(([leaves, shape]) => new FileTree(build(shape, leaves)));
}

interface ShapeNode {
  attrs: Attributes;
  names: [ByteString, number][];
  dirs: ShapeNode[];
}

function build(shape: ShapeNode, leaves: readonly Node[]): Directory {
  const entries = new Map<ByteString, Node>();
  for (const [name, pick] of shape.names) entries.set(name, leaves[pick % leaves.length]!);
  for (const [i, child] of shape.dirs.entries()) entries.set(fromText(`dir-${i}`), build(child, leaves));
  return directory<ExactContent>(shape.attrs, entries);
}

const nameArbitrary: fc.Arbitrary<ByteString> = fc
  .oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[A-Za-z0-9._-]{1,20}$/) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map(byteStringOf) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 30 }).map((s) => fromText(s).slice(0, 250)) },
    { weight: 1, arbitrary: fc.constant('n'.repeat(255)) },
  )
  .map((name) => name.replace(/[/\0]/g, '_') as ByteString)
  .filter((name) => name !== '' && name !== '.' && name !== '..' && !/^dir-\d$/.test(name));

const linkTarget = fc
  .oneof(
    fc.stringMatching(/^[a-z/.]{1,58}$/),
    fc.integer({ min: 59, max: 1023 }).map((n) => 't'.repeat(n)),
  )
  .map((text) => text as ByteString);

const deviceNumber = fc.tuple(fc.nat(4095), fc.nat(0xfffff));

function attributesArbitrary(limits: TreeLimits): fc.Arbitrary<Attributes> {
  const id = fc.oneof(fc.nat(1000), fc.integer({ min: 0, max: limits.maxId }));
  const seconds = fc.oneof(
    fc.integer({ min: 1_000_000_000, max: 1_800_000_000 }),
    fc.integer({ min: limits.times[0], max: limits.times[1] }),
  );
  const nanoseconds = limits.nanoseconds ? fc.nat(999_999_999) : fc.constant(0);
  const mtime = fc.tuple(seconds, nanoseconds).map(([s, ns]) => timestamp(s, ns));
  return fc.record({ mode: fc.nat(0o7777), uid: id, gid: id, mtime, xattrs: xattrsArbitrary(limits) });
}

function xattrsArbitrary(limits: TreeLimits): fc.Arbitrary<Xattr[]> {
  if (limits.xattrNamespaces.length === 0) return fc.constant([]);
  const name = fc
    .tuple(fc.constantFrom(...limits.xattrNamespaces), fc.stringMatching(/^[a-z.]{1,12}$/))
    .map(([space, rest]) => fromText(`${space}.${rest}`));
  const one = fc.record({ name, value: fc.uint8Array({ maxLength: 24 }) });
  const some = fc.uniqueArray(one, { maxLength: 2, selector: (x) => x.name });
  return fc
    .oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some })
    .map((list) => [...list].sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function contentArbitrary(maxSize: number) {
  return fc.oneof({ weight: 2, arbitrary: runsArbitrary(maxSize) }, { weight: 1, arbitrary: alikeArbitrary(maxSize) });
}

/** Contents of which whole ones, blocks and ends equal those of others, so that what is stored once is shared in every way. */
function alikeArbitrary(maxSize: number) {
  const heads = [0, 4096, 16_384].filter((size) => size <= maxSize >> 1);
  const tails = [0, 1, 100].filter((size) => size <= maxSize >> 1);
  const beginning = noise(16_384, 7);
  return fc
    .tuple(fc.constantFrom(...heads), fc.constantFrom(...tails))
    .map(([head, tail]) => bytesSource(Buffer.concat([beginning.subarray(0, head), Buffer.alloc(tail, 'q')])));
}

/** Random bytes, compressible text and zeros in runs, so that blocks, tails and holes of every kind occur. */
function runsArbitrary(maxSize: number) {
  const run = fc.record({
    kind: fc.constantFrom('zero', 'text', 'noise'),
    length: fc.integer({ min: 1, max: Math.max(1, maxSize >> 2) }),
  });
  return fc.array(run, { maxLength: 4 }).map((runs) => {
    const parts = runs.map(({ kind, length }, i) => {
      if (kind === 'zero') return Buffer.alloc(length);
      if (kind === 'text') return Buffer.alloc(length, `line ${i} of some text\n`);
      return noise(length, i);
    });
    return bytesSource(new Uint8Array(Buffer.concat(parts)));
  });
}

/** Bytes that do not compress, the same in every run. */
export function noise(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (length ^ seed) | 1;
  for (let i = 0; i < length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state >>> 8;
  }
  return bytes;
}

/** One entry as plain data; equal entries are deeply equal. */
export interface EntryDescription {
  readonly kind: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  readonly size?: number;
  readonly sha256?: string;
  readonly target?: string;
  readonly device?: readonly [major: number, minor: number];
  /** name=hex, sorted. */
  readonly xattrs: readonly string[];
  /** First path (in byte order) that shares this inode; absent for entries with one name. */
  readonly linkedTo?: string;
}

/** Describes every entry of a tree by its path; the root is "". Comparable with {@link describeDirectory}. */
export async function describeTree(tree: FileTree): Promise<Map<string, EntryDescription>> {
  const visits = [...walk(tree)];
  const names = new Map<Node, string[]>();
  for (const { node, path } of visits) names.set(node, [...(names.get(node) ?? []), path]);
  const result = new Map<string, EntryDescription>();
  for (const { node, path } of visits) {
    const { kind, mode, uid, gid, mtime } = node;
    const entry: Record<string, unknown> = { kind, mode: kind === 'symlink' ? 0o777 : mode, uid, gid, mtime };
    entry['xattrs'] = node.xattrs.map((x) => `${x.name}=${Buffer.from(x.value).toString('hex')}`).sort();
    if (node.kind === 'file') {
      const bytes = await collect(node.content, quietRun());
      Object.assign(entry, { size: bytes.length, sha256: sha256(bytes) });
    }
    if (node.kind === 'symlink') entry['target'] = node.target;
    if (node.kind === 'block-device' || node.kind === 'character-device') entry['device'] = [node.major, node.minor];
    if (kind !== 'directory' && names.get(node)!.length > 1) entry['linkedTo'] = names.get(node)!.sort()[0];
    result.set(path, entry as unknown as EntryDescription);
  }
  return result;
}

/** Describes what the kernel shows of a mounted directory, by lstat, readlink, getfattr and reading. */
export function describeDirectory(top: string): Map<string, EntryDescription> {
  const xattrs = directoryXattrs(top);
  const result = new Map<string, EntryDescription>();
  const namesOf = new Map<bigint, string[]>();
  const visit = (path: string) => {
    const full = Buffer.from(path === '' ? top : `${top}/${path}`, 'latin1');
    const stat = lstatSync(full, { bigint: true });
    const kind = kindOf(stat);
    const entry: Record<string, unknown> = {
      kind,
      mode: Number(stat.mode) & 0o7777,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtime: fromNanoseconds(stat.mtimeNs),
      xattrs: xattrs.get(path) ?? [],
    };
    if (kind === 'file') Object.assign(entry, { size: Number(stat.size), sha256: sha256(readFileSync(full)) });
    if (kind === 'symlink') entry['target'] = readlinkSync(full, { encoding: 'buffer' }).toString('latin1');
    if (kind === 'block-device' || kind === 'character-device') entry['device'] = deviceNumbers(stat.rdev);
    if (kind !== 'directory' && stat.nlink > 1n) {
      const inode = (stat.dev << 64n) | stat.ino;
      namesOf.set(inode, [...(namesOf.get(inode) ?? []), path]);
    }
    result.set(path, entry as unknown as EntryDescription);
    if (kind !== 'directory') return;
    for (const name of readdirSync(full, { encoding: 'latin1' }).sort()) visit(path === '' ? name : `${path}/${name}`);
  };
  visit('');
  for (const paths of namesOf.values()) {
    // Names outside the directory do not count: nothing in here is linked to them.
    if (paths.length < 2) continue;
    const [first] = paths.sort();
    for (const path of paths) Object.assign(result.get(path)!, { linkedTo: first });
  }
  return result;
}

function kindOf(stat: {
  isDirectory(): boolean;
  isFile(): boolean;
  isSymbolicLink(): boolean;
  isBlockDevice(): boolean;
  isCharacterDevice(): boolean;
  isFIFO(): boolean;
}): string {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  if (stat.isSymbolicLink()) return 'symlink';
  if (stat.isBlockDevice()) return 'block-device';
  if (stat.isCharacterDevice()) return 'character-device';
  return stat.isFIFO() ? 'fifo' : 'socket';
}

/** glibc's encoding of st_rdev. */
function deviceNumbers(rdev: bigint): [number, number] {
  return [Number((rdev >> 8n) & 0xfffn), Number((rdev & 0xffn) | ((rdev >> 12n) & 0xfff00n))];
}

function directoryXattrs(top: string): Map<string, string[]> {
  const { stdout } = judge('getfattr', ['-h', '-P', '-R', '-d', '-m', '-', '-e', 'hex', '--absolute-names', top]);
  const result = new Map<string, string[]>();
  let path = '';
  for (const line of stdout.split('\n')) {
    if (line.startsWith('# file: ')) path = unescapeOctal(line.slice(8)).slice(top.length + 1);
    else if (line !== '') {
      const [name, value = ''] = line.split('=0x');
      result.set(
        path,
        [...(result.get(path) ?? []), `${unescapeOctal(name!.replace(/=(""|0s)?$/, ''))}=${value}`].sort(),
      );
    }
  }
  return result;
}

/** In one pass, because the result of an escape may look like the beginning of another. */
function unescapeOctal(text: string): string {
  return text.replace(/\\(?:([0-7]{3})|\\)/g, (_, digits?: string) =>
    digits === undefined ? '\\' : String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The same tree, its entries given in the opposite order. */
export function reversedTree(tree: FileTree): FileTree {
  const reversed = (dir: Directory): Directory =>
    directory<ExactContent>(
      dir,
      [...dir.entries]
        .reverse()
        .map(([name, node]): [ByteString, Node] => [name, node.kind === 'directory' ? reversed(node) : node]),
    );
  return new FileTree(reversed(tree.root));
}
