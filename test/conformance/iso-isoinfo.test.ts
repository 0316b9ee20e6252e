// isoinfo and isovfy (genisoimage) as judges: descriptors, path table and all three views of the tree.
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { planDisc } from '../../src/disc/index.js';
import { bytesSource } from '../../src/io/memory.js';
import { BIOS_IMAGE, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const payload = noise(1_000_000, 7);
let disc: string;
let part: string;

beforeAll(async () => {
  const plan = planDisc(mediaTree(openContent(payload, 9e9)), liveOptions('gpt', bytesSource(noise(100_000, 1))));
  disc = await writeDisc(plan, join(scratch, 'disc.iso'));
  part = join(scratch, 'part.iso');
  judge('dd', [`if=${disc}`, `of=${part}`, 'bs=32K', 'skip=1']);
});

const isoinfo = (image: string, ...args: string[]) => {
  const { status, stdout, stderr } = judge('isoinfo', ['-i', image, ...args]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout;
};

oracle('isoinfo')('sees every descriptor', () => {
  const text = isoinfo(disc, '-d');
  for (const line of [
    'Volume id: CDROM',
    'Publisher id: SUSE LINUX GMBH',
    'Application id: 0X1A2B3C4D',
    'Logical block size is: 2048',
  ]) {
    expect(text).toContain(line);
  }
  expect(text).toContain('Joliet with UCS level 3 found');
  expect(text).toContain('Rock Ridge signatures version 1 found');
  expect(text).toMatch(/Nsect 4\n/);
});

oracle('isoinfo')('finds the same names in whole medium and partition, in every view', () => {
  for (const view of [[], ['-R'], ['-J']]) {
    const names = isoinfo(disc, ...view, '-f').split('\n');
    expect(names.length).toBeGreaterThan(30);
    expect(isoinfo(part, ...view, '-f').split('\n')).toEqual(names);
  }
  expect(isoinfo(disc, '-R', '-f').split('\n')).toContain(`/names/${'n'.repeat(253)}`);
  expect(isoinfo(disc, '-J', '-f').split('\n')).toContain('/names/with blank___.tar.gz');
  expect(isoinfo(disc, '-f').split('\n')).toContain('/LIVEOS/SQUASHFS.IMG;1');
});

oracle('isoinfo')('reads file data through every view', () => {
  for (const image of [disc, part]) {
    for (const path of [
      ['-x', '/LIVEOS/SQUASHFS.IMG;1'],
      ['-R', '-x', '/LiveOS/squashfs.img'],
      ['-J', '-x', '/LiveOS/squashfs.img'],
    ]) {
      expect(Buffer.from(isoinfo(image, ...path), 'latin1').equals(payload)).toBe(true);
    }
  }
});

oracle('isoinfo')('walks the path table to every directory', () => {
  const rows = isoinfo(disc, '-p')
    .split('\n')
    .slice(1)
    .filter((row) => row !== '');
  expect(rows).toHaveLength(22);
  expect(rows.at(-1)).toMatch(/ K$/);
});

oracle('isovfy')('finds no fault in the extents', async () => {
  const tree = mediaTree();
  const options = { ...liveOptions('mbr', bytesSource(noise(5000, 1))), boot: { bios: { path: BIOS_IMAGE } } };
  const image = await writeDisc(planDisc(tree, options), join(scratch, 'verify.iso'));
  const { status, stdout } = judge('isovfy', [image]);
  expect(stdout).toBe('Root at extent 23, 2048 bytes\n[0 0]\nNo errors found\n');
  expect(status).toBe(0);
});
