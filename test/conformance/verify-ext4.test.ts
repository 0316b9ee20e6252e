// The test images of e2fsprogs, most of them damaged in one way each: where e2fsck complains, verify complains, except for faults that no reader
// trips over. e2fsck is the judge.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { verifyImage } from '../../src/verify/index.js';
import { debianSource } from '../support/debian-source.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const MOST_SECONDS = 30;
const BLOCK = 4096;

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
  f_h_badnode: 'hashes in the index of a directory: names are read without it',
  f_h_reindex: 'hashes in the index of a directory: names are read without it',
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

/** Writes the image without its runs of zeros: some have gigabytes of them. */
function unpack(archive: string, image: string): void {
  rmSync(image, { force: true });
  const bytes = gunzipSync(readFileSync(archive));
  const fd = openSync(image, 'w');
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    if (at + BLOCK >= bytes.length || block.some((byte) => byte !== 0)) writeSync(fd, block, 0, block.length, at);
  }
  closeSync(fd);
}

/** Whether e2fsck prints anything but the names of its passes and the summary. */
function complains(image: string): boolean {
  const { status, stdout, stderr } = judge('timeout', [`${MOST_SECONDS}`, 'e2fsck', '-fn', image]);
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .filter((line) => line !== '' && !/^(Pass [1-5]:|e2fsck )/.test(line));
  return status !== 0 || lines.length !== 1;
}

async function verified(image: string): Promise<boolean> {
  const source = await openFileSource(fromText(image));
  try {
    const { layers, findings } = await verifyImage(source, { run: quietRun() });
    return layers.length === 0 || findings.some(({ severity }) => severity !== 'note');
  } finally {
    await source.close();
  }
}

oracle('e2fsck')('verify complains about what e2fsck complains about', { timeout: 900_000 }, async ({ skip }) => {
  const source = await debianSource('e2fsprogs');
  if (source === undefined && oraclesRequired) throw new Error('The source of e2fsprogs cannot be fetched.');
  if (source === undefined) return skip('the source of e2fsprogs cannot be fetched');
  const tests = join(source, 'tests');
  const names = readdirSync(tests).filter((name) => existsSync(join(tests, name, 'image.gz')));
  expect(names.length).toBeGreaterThan(150);
  const wrong: string[] = [];
  let agreed = 0;
  for (const name of names) {
    const image = join(scratch, 'image');
    unpack(join(tests, name, 'image.gz'), image);
    const [theirs, ours] = [complains(image), await verified(image)];
    if (theirs === ours) agreed++;
    else if (theirs && !(name in PASSED)) wrong.push(`${name} passes`);
    else if (ours && !(name in WARNED)) wrong.push(`${name} is sound`);
  }
  expect(wrong).toEqual([]);
  expect(agreed).toBeGreaterThan(170);
});
