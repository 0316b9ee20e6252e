// squashfs images for tests: the limits of the format, a tree of everything it can hold, and writing to a file.

import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { chooseCompression, NO_COMPRESSION } from '../../src/compress/index.js';
import { planSquashfs, type SquashfsLayout, type SquashfsOptions } from '../../src/format/squashfs/index.js';
import { type ExactContent, quietRun, type Range } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink, type Xattr } from '../../src/tree/node.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import { ENGINE } from './engines.js';
import { noise, type TreeLimits } from './trees.js';

/** Whole seconds of 1970…2106, three xattr namespaces, 32-bit owners. */
export const SQUASHFS: TreeLimits = {
  times: [0, 0xffff_ffff],
  nanoseconds: false,
  xattrNamespaces: ['user', 'trusted', 'security'],
  fileSize: 40_000,
  maxId: 0xffff_fffe,
};

export const GZIP = chooseCompression({ name: 'gzip', level: 1, engine: ENGINE });
export const STORED = NO_COMPRESSION;
export const EPOCH = timestamp(1_700_000_000);

type Options = Partial<SquashfsOptions> & { readonly jobs?: number };

/** The image in memory. */
export function squashfsBytes(tree: FileTree, { jobs = 2, ...options }: Options = {}): Promise<Uint8Array> {
  return collect(planSquashfs(tree, { compression: GZIP, epoch: EPOCH, ...options }), quietRun(jobs));
}

/** Writes an image file and returns its layout. */
export async function writeSquashfs(tree: FileTree, path: string, given: Options = {}): Promise<SquashfsLayout> {
  const { jobs = 2, ...options } = given;
  const plan = planSquashfs(tree, { compression: GZIP, epoch: EPOCH, ...options });
  await writeImage(plan, fileTarget(fromText(path), { force: true }), quietRun(jobs));
  return plan.layout;
}

/** The tree without attributes that no Linux shows: `user.` belongs to files and directories alone. */
export function asLinuxShows(tree: FileTree): FileTree {
  const visible = (node: Node): Node =>
    node.kind === 'file' || node.kind === 'directory'
      ? node
      : { ...node, xattrs: node.xattrs.filter(({ name }) => !name.startsWith('user.')) };
  return mapNodes(tree, visible);
}

/** Content of `size` bytes with data at the given ranges and declared holes everywhere else. */
export function sparseContent(size: number, data: readonly Range[]): ExactContent {
  const holes: Range[] = [];
  let at = 0;
  for (const range of [...data, { at: size, length: 0 }]) {
    if (range.at > at) holes.push({ at, length: range.at - at });
    at = range.at + range.length;
  }
  async function* pieces() {
    let end = 0;
    for (const range of data) {
      if (range.at > end) yield { hole: range.at - end };
      yield noise(range.length, range.at);
      end = range.at + range.length;
    }
    if (size > end) yield { hole: size - end };
  }
  return exactContent(size, pieces, holes);
}

const xattr = (name: string, value: string): Xattr => ({
  name: fromText(name),
  value: new TextEncoder().encode(value),
});
const text = (content: string) => bytesSource(new TextEncoder().encode(content));

/** Entries of the large directory of {@link everythingTree} for tables of dozens of blocks. Most judges take a time for each. */
export const MANY_ENTRIES = 1500;

/**
 * Every kind of entry, hard links of every kind, shared and long attributes, odd names, holes, and a directory with so many entries
 * that every format needs several blocks, and an index, for it.
 */
export function everythingTree(entries = 300): FileTree {
  const label = xattr('security.label', 'a label that many entries share'.repeat(3));
  const linked = file(bytesSource(noise(150_000, 7)), { mtime: timestamp(1_600_000_001), xattrs: [label] });
  const fifo = special('fifo', { mode: 0o600 });
  const device = special('block-device', { mode: 0o660, gid: 6, xattrs: [xattr('trusted.d', '1')] }, 259, 70_000);
  const link = symlink(fromText('../bin/a program'), { uid: 12, xattrs: [label] });
  const socket = special('socket', { mode: 0o755 });
  const many = Array.from({ length: entries }, (_, i) => {
    const name = fromText(`entry-${String(i).padStart(5, '0')}-with-a-rather-long-name`);
    return [name, file(text(`number ${i}\n`), { uid: 100_000 + (i % 7), mtime: timestamp(i) })] as const;
  });
  return FileTree.of({
    '/': directory({ mode: 0o755, mtime: timestamp(1_650_000_000), xattrs: [xattr('user.root', 'yes')] }),
    empty: directory({ mode: 0o1777, mtime: timestamp(0xffff_ffff) }),
    'etc/hostname': file(text('press\n'), { mode: 0o4755, uid: 0xffff_fffe, gid: 65_537 }),
    'etc/empty': file(text('')),
    'etc/label': file(text('x'), { xattrs: [label, xattr('user.empty', ''), xattr('user.short', 'abc')] }),
    'etc/other-label': file(text('y'), {
      xattrs: [xattr('trusted.same', 'a label that many entries share'.repeat(3))],
    }),
    'links/one': linked,
    'links/two': linked,
    'three/of-them': linked,
    'links/fifo-1': fifo,
    'links/fifo-2': fifo,
    'links/device-1': device,
    'three/device-2': device,
    'links/symlink-1': link,
    'links/symlink-2': link,
    'links/socket-1': socket,
    'links/socket-2': socket,
    'dev/null': special('character-device', { mode: 0o666 }, 1, 3),
    [`names/${'n'.repeat(255)}`]: file(text('long name')),
    'names/übergröße': file(text('utf-8')),
    'names/with space\nand newline': file(text('control')),
    'names/long-target': symlink(fromText('t/'.repeat(2000))),
    'data/whole-blocks': file(bytesSource(noise(262_144, 1))),
    'data/blocks-and-tail': file(bytesSource(new Uint8Array(300_000).fill(0x61))),
    'data/zeros': file(bytesSource(new Uint8Array(500_000))),
    'data/sparse': file(sparseContent(2_000_003, [{ at: 700_001, length: 200_000 }])),
    'data/sparse-tail': file(sparseContent(1_000_000, [{ at: 999_000, length: 1000 }])),
    'data/all-hole': file(sparseContent(900_000, [])),
    large: directory({ xattrs: [label] }, many),
    'a/b/c/d/e/f/g/h/deep': file(text('deep')),
  });
}
