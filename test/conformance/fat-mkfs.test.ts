// FAT × mkfs.fat: options in its own spelling on our command line give the boot sector that mkfs.fat gives.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

const CASES: readonly (readonly [mebibytes: number, options: readonly string[]])[] = [
  [20, ['-i', '1A2B3C4D', '-n', 'BOOT']],
  [10, ['-F', '12', '-s', '8']],
  [40, ['-F16', '-s4', '-n', 'A LABEL', '-i', 'cafe']],
  [70, ['-F', '32', '-s', '1', '-vI']],
  [70, ['-F', '32', '-s', '2', '-R', '64']],
  [20, ['-S', '1024', '-F', '16']],
  [40, ['-S', '4096', '-F', '12']],
  [20, ['-h', '2048', '-D', '0x81', '-M', '0xf0']],
  [20, ['-g', '255/63', '-r', '1024', '--invariant']],
  [20, ['-f1', '-a']],
  [20, ['-r', '112', '-R', '3', '-a', '-F', '16']],
];

/** The fields of the boot sector that the options decide, read as the specification has them. */
function header(path: string) {
  const bytes = readFileSync(path).subarray(0, 512);
  const large = bytes.readUInt16LE(22) === 0;
  const [drive, serial, label] = large ? [64, 67, 71] : [36, 39, 43];
  return {
    sectorSize: bytes.readUInt16LE(11),
    sectorsPerCluster: bytes[13],
    reserved: bytes.readUInt16LE(14),
    tables: bytes[16],
    rootEntries: bytes.readUInt16LE(17),
    sectors: bytes.readUInt16LE(19) || bytes.readUInt32LE(32),
    media: bytes[21],
    sectorsPerTrack: bytes.readUInt16LE(24),
    heads: bytes.readUInt16LE(26),
    hidden: bytes.readUInt32LE(28),
    drive: bytes[drive],
    serial: bytes.readUInt32LE(serial),
    label: bytes.toString('latin1', label, label + 11),
    type: bytes.toString('latin1', label + 11, label + 19),
  };
}

/** Fields that the options do not name and that the two choose each in its own way. */
function named(fields: ReturnType<typeof header>, options: readonly string[]) {
  const has = (letter: string) => options.some((word) => word.startsWith(letter));
  const open: (keyof typeof fields)[] = [];
  if (!has('-g')) open.push('heads', 'sectorsPerTrack');
  if (!has('-i')) open.push('serial');
  if (!has('-R')) open.push('reserved');
  // mkfs.fat counts four sectors whatever their size, and rounds to whole tracks of a given geometry.
  if (has('-S')) open.push('sectorsPerCluster');
  if (has('-g')) open.push('sectors');
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !open.includes(name as keyof typeof fields)));
}

for (const [mebibytes, options] of CASES) {
  oracle(
    'mkfs.fat',
    'fsck.fat',
    'blkid',
  )(`mkfs.fat ${options.join(' ')}: an equal boot sector`, () => {
    const [ours, theirs] = [at('ours.img'), at('theirs.img')];
    for (const path of [ours, theirs, at('empty')]) rmSync(path, { recursive: true, force: true });
    mkdirSync(at('empty'));
    const made = isopress([
      'fat',
      at('empty'),
      ours,
      '--size',
      `${mebibytes}M`,
      '--quiet',
      '--loss',
      'ignore',
      ...options,
    ]);
    expect(made).toMatchObject({ status: 0, stderr: '' });
    expect(judge('mkfs.fat', [...options, '-C', theirs, `${mebibytes * 1024}`]).status).toBe(0);
    expect(judge('fsck.fat', ['-n', ours])).toMatchObject({ status: 0 });
    expect(named(header(ours), options)).toEqual(named(header(theirs), options));
    const tags = (path: string) => judge('blkid', ['-p', '-o', 'export', path]).stdout.split('\n');
    const shown = (path: string) => tags(path).filter((line) => /^(LABEL|LABEL_FATBOOT|VERSION|TYPE)=/.test(line));
    expect(shown(ours)).toEqual(shown(theirs));
  });
}

test('options of mkfs.fat without an equivalent are refused by name, and nothing is written', () => {
  rmSync(at('none'), { recursive: true, force: true });
  mkdirSync(at('none'));
  for (const options of [['-A'], ['-c'], ['-l', 'bad'], ['-m', 'text'], ['--mbr'], ['--offset=8'], ['-b', '12']]) {
    const ended = isopress(['fat', at('none'), at('none.img'), ...options]);
    expect(ended, options.join(' ')).toMatchObject({ status: 2 });
    expect(ended.stderr).toContain(options[0]!.split('=')[0]);
    expect(ended.stderr).toContain('[usage.mkfs-fat-option]');
  }
});
