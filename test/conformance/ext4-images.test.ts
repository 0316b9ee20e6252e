// The test images of e2fsprogs, most of them damaged in one way each, each unpacked and judged once: what debugfs reads is read
// alike, what is not read is named, and verify complains where e2fsck complains, except for faults that no reader trips over.
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { openExt4 } from '../../src/format/ext4/index.js';
import { quietRun, type Source } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { collect } from '../../src/io/memory.js';
import { faultOfContent } from '../../src/io/unreadable.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import type { Node } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { verifyImage } from '../../src/verify/index.js';
import { complains, e2fsprogsImages, limited, type TestImage, unpackImage } from '../support/e2fsprogs-images.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const MEBIBYTE = 2 ** 20;
/** Trees with larger files, or more entries, are not compared: some images claim files of terabytes. */
const [MOST_BYTES, MOST_ENTRIES] = [4 * MEBIBYTE, 1000];

/** Where only e2fsck complains, and why that is no fault for a reader. */
const PASSED: Readonly<Record<string, string>> = {
  d_corrupt_journal_nr_users: 'fields of the journal that only its replay uses',
  f_bad_local_jnl: 'fields of the journal that only its replay uses',
  f_badbblocks: 'the list of bad blocks',
  f_badtable: 'metadata that the list of bad blocks names',
  f_clear_xattr: 'attributes without the feature for them',
  f_collapse_extent_tree: 'a tree of extents that could be smaller',
  f_compress_extent_tree_level: 'a tree of extents that could be smaller',
  f_deleted_inode_bad_csum: 'the checksum of an inode that is not in use',
  f_ea_value_crash: 'places of attributes that overlap, each of which can be read',
  f_extent_interior_start_lblk: 'an index that begins before its first extent',
  f_extra_journal: 'a journal without the feature for it',
  f_fast_symlink_extents: 'a flag of a symbolic link, which readers ignore',
  f_jnl_errno: 'an error that the journal recorded',
  f_quota: 'quotas',
  f_quota_extent_opt: 'a tree of extents that could be smaller',
  f_quota_invalid_inum: 'quotas',
  f_sb_extra_isize: 'the size of inodes that will be made',
  j_ext_dumpe2fs: 'the journal of another file system, which is not read',
  m_mmp_bad_csum: 'protection against several mounts',
  m_mmp_bad_magic: 'protection against several mounts',
  r_move_inode_int_extent: 'a tree of extents that could be smaller',
};
/** Where only verify complains, by a warning. */
const WARNED: Readonly<Record<string, string>> = {
  f_hurd: 'not unmounted cleanly',
  f_special_ea: 'not unmounted cleanly',
  f_unshare_blocks_no_space: 'not unmounted cleanly',
  r_min_itable: 'an old copy of the superblock',
};

interface Reading {
  /** Why the image as a whole is not read. */
  readonly refused?: string;
  /** Entries that cannot be read. */
  readonly faults: readonly string[];
  /** Facts of the others: kind, and content or target. */
  readonly entries: ReadonlyMap<string, string>;
}

async function read(source: Source): Promise<Reading> {
  const faults: string[] = [];
  const entries = new Map<string, string>();
  try {
    const tree: FileTree = await (await openExt4(source)).tree();
    for (const { path, node } of walk(tree)) {
      const fault = node.kind === 'file' ? faultOfContent(node.content) : undefined;
      if (fault) faults.push(path);
      else if (path !== '' && entries.size < MOST_ENTRIES) entries.set(path, await shown(node));
    }
    return { faults, entries };
  } catch (error) {
    if (!(error instanceof InvalidImageError || error instanceof UnsupportedError)) throw error;
    return { refused: error.code, faults, entries };
  }
}

async function shown(node: Node): Promise<string> {
  if (node.kind === 'symlink') return `-> ${node.target}`;
  if (node.kind !== 'file') return node.kind;
  if (node.content.size > MOST_BYTES) return `${node.content.size} bytes`;
  return Buffer.from(await collect(node.content, quietRun())).toString('latin1');
}

/** Entries as debugfs wrote them: it makes no devices, and writes the whole inline space of inline files. */
function dumped(top: string, path = ''): Map<string, string> {
  const entries = new Map<string, string>();
  for (const name of readdirSync(Buffer.from(join(top, path), 'latin1'), { encoding: 'latin1' })) {
    const below = path === '' ? name : `${path}/${name}`;
    const host = Buffer.from(join(top, below), 'latin1');
    const stat = lstatSync(host);
    if (stat.isDirectory()) {
      entries.set(below, 'directory');
      for (const entry of dumped(top, below)) entries.set(...entry);
    } else if (stat.isSymbolicLink()) entries.set(below, `-> ${readlinkSync(host, 'latin1')}`);
    else if (stat.size <= MOST_BYTES) entries.set(below, readFileSync(host, 'latin1'));
  }
  return entries;
}

/** Differences from debugfs, except for entries that we report as unreadable; undefined if debugfs takes too long. */
function differences(image: string, { faults, entries }: Reading): string[] | undefined {
  const top = join(scratch, 'dumped');
  rmSync(top, { recursive: true, force: true });
  mkdirSync(top);
  // One that is killed leaves a file half written.
  if (limited('debugfs', ['-R', `rdump / ${top}`, image]).status < 0) return undefined;
  const theirs = dumped(top);
  const isNamed = (path: string) => faults.some((fault) => path === fault || path.startsWith(`${fault}/`));
  const missing = [...theirs.keys()].filter((path) => !entries.has(path) && !isNamed(path));
  const other = [...entries].filter(([path, own]) => {
    const their = theirs.get(path);
    return their !== undefined && their !== own && !(their.length === 60 && their.startsWith(own));
  });
  return [...missing.map((path) => `${path} is missing`), ...other.map(([path]) => `${path} differs`)];
}

/** Whether debugfs would take too long. */
function isTooLarge({ entries }: Reading): boolean {
  return entries.size >= MOST_ENTRIES || [...entries.values()].some((shown) => /^\d+ bytes$/.test(shown));
}

async function verified(source: Source): Promise<boolean> {
  const { layers, findings } = await verifyImage(source, { run: quietRun() });
  return layers.length === 0 || findings.some(({ severity }) => severity !== 'note');
}

interface Judged {
  readonly name: string;
  readonly reading: Reading;
  /** How the tree differs from debugfs's; undefined where that is not asked. */
  readonly differs: readonly string[] | undefined;
  /** Whether e2fsck and verify complain; undefined where that is not asked. */
  readonly theirs: boolean | undefined;
  readonly ours: boolean | undefined;
}

async function judged(one: TestImage): Promise<Judged> {
  const image = join(scratch, 'image');
  unpackImage(one, image);
  const source = await openFileSource(fromText(image));
  try {
    const reading = await read(source);
    const isWhole = reading.refused === undefined && reading.faults.length === 0;
    const isVerified = one.file === 'image.gz';
    const isCompared = reading.refused === undefined && !isTooLarge(reading);
    return {
      name: one.name,
      reading,
      theirs: isVerified || !isWhole ? complains(image) : undefined,
      ours: isVerified ? await verified(source) : undefined,
      differs: isCompared ? differences(image, reading) : undefined,
    };
  } finally {
    await source.close();
  }
}

describe('the test images of e2fsprogs', () => {
  const all: Judged[] = [];

  oracle(
    'e2fsck',
    'debugfs',
    'bzip2',
    'gzip',
  )('are read as debugfs reads them, or refused where e2fsck complains', { timeout: 900_000 }, async ({ skip }) => {
    const images = await e2fsprogsImages();
    if (images === undefined) return skip('the source of e2fsprogs cannot be fetched');
    expect(images.length).toBeGreaterThan(200);
    for (const image of images) all.push(await judged(image));
    const wrong = all.flatMap(({ name, reading: { refused, faults }, theirs, differs = [] }) => {
      const isWhole = refused === undefined && faults.length === 0;
      const refusedSound = !isWhole && theirs === false ? [`${name} is sound: ${refused ?? faults}`] : [];
      return [...refusedSound, ...differs.map((what) => `${name}: ${what}`)];
    });
    expect(wrong).toEqual([]);
    expect(all.filter(({ differs }) => differs !== undefined).length).toBeGreaterThan(150);
  });

  oracle('e2fsck')('are what verify complains about where e2fsck does', ({ skip }) => {
    if (all.length === 0) return skip('the images were not read');
    const asked = all.filter(({ ours }) => ours !== undefined);
    const wrong = asked.flatMap(({ name, theirs, ours }) => {
      if (theirs && !ours && !(name in PASSED)) return [`${name} passes`];
      return ours && !theirs && !(name in WARNED) ? [`${name} is sound`] : [];
    });
    expect(wrong).toEqual([]);
    expect(asked.filter(({ theirs, ours }) => theirs === ours).length).toBeGreaterThan(170);
  });
});
