// A real Debian, pressed and booted to its login prompt. One way by default, all of them with ISOPRESS_BOOT=all.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { quietRun } from '../../src/io/content.js';
import { type BuildReport, buildLiveIso } from '../../src/live/index.js';
import { type DebianRoot, debianRoot } from '../support/debian-root.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { bootUntil } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { listing } from '../support/small-root.js';

const scratch = scratchDirectory();
const BUILD_SECONDS = 1200;
const LOGIN_SECONDS = 900;
const all = process.env['ISOPRESS_BOOT'] === 'all';

const ways = [
  { firmware: 'uefi', as: 'disk', partitionTable: 'gpt' },
  { firmware: 'bios', as: 'cd', partitionTable: 'mbr' },
  { firmware: 'bios', as: 'disk', partitionTable: 'mbr' },
  { firmware: 'uefi', as: 'cd', partitionTable: 'gpt' },
] as const;

let root: DebianRoot = { reason: 'nothing was tried' };
const before = { listing: '' };
const pressed = new Map<string, BuildReport>();

beforeAll(() => {
  root = debianRoot();
  if ('reason' in root && oraclesRequired) throw new Error(root.reason);
  if ('path' in root) before.listing = listing(root.path);
}, BUILD_SECONDS * 1000);

/** Presses once per partition table; only the first time dracut runs. */
async function press(path: string, partitionTable: 'mbr' | 'gpt'): Promise<BuildReport> {
  const known = pressed.get(partitionTable);
  if (known) return known;
  const targetDirectory = join(scratch, partitionTable);
  mkdirSync(targetDirectory);
  const initrd = join(scratch, 'initrd');
  const flags = existsSync(join(path, 'usr/lib/dracut/modules.d/90kiwi-live')) ? 'overlay' : 'dmsquash';
  const report = await buildLiveIso(
    {
      description: 'fixtures/debian-live',
      root: path,
      targetDirectory,
      partitionTable,
      typeAttributes: { flags },
      mediaCheck: 'suse',
      level: 1,
      now: () => performance.now(),
      ...(existsSync(initrd) ? { initrd } : {}),
    },
    quietRun(2),
  );
  const loader = `/boot/${report.architecture}/loader/initrd`;
  if (!existsSync(initrd)) judge('xorriso', ['-osirrox', 'on', '-indev', report.image, '-extract', loader, initrd]);
  pressed.set(partitionTable, report);
  return report;
}

describe('Debian boots to its login prompt', () => {
  for (const { firmware, as, partitionTable } of all ? ways : ways.slice(0, 1)) {
    oracle('qemu-system-x86_64', 'xorriso', 'mmdebstrap')(
      `by ${firmware} as ${as} with ${partitionTable}`,
      async ({ skip }) => {
        if ('reason' in root) return skip(root.reason);
        const { image } = await press(root.path, partitionTable);
        const { log } = await bootUntil({ image, firmware, as }, 'login:', LOGIN_SECONDS);
        expect(log).toMatch(/Linux version \d/);
      },
      (BUILD_SECONDS + LOGIN_SECONDS) * 1000,
    );
  }
});

describe('what was pressed', () => {
  test('left the root tree untouched', ({ skip }) => {
    if ('reason' in root) return skip(root.reason);
    if (pressed.size === 0) return skip('nothing was pressed');
    expect(listing(root.path)).toBe(before.listing);
  });

  oracle('dpkg-query')('lists the packages as dpkg does', async ({ skip }) => {
    const [report] = pressed.values();
    if ('reason' in root || !report) return skip('nothing was pressed');
    const format = '-f=$' + '{Package}|None|$' + '{Version}|None|$' + '{Architecture}|None|None\\n';
    const { stdout } = judge('dpkg-query', ['--admindir', join(root.path, 'var/lib/dpkg'), '-W', format]);
    const listed = readFileSync(report.image.replace(/\.iso$/, '.packages'), 'latin1');
    expect(listed.split('\n')).toEqual(stdout.split('\n').filter(Boolean).sort().concat(''));
  });

  oracle(
    'xorriso',
    'unsquashfs',
    'e2fsck',
  )('holds a clean root file system', async ({ skip }) => {
    const [report] = pressed.values();
    if (!report) return skip('nothing was pressed');
    const [packed, out] = [join(scratch, 'squashfs.img'), join(scratch, 'unpacked')];
    judge('xorriso', ['-osirrox', 'on', '-indev', report.image, '-extract', '/LiveOS/squashfs.img', packed]);
    judge('unsquashfs', ['-d', out, packed]);
    const { status, stdout } = judge('e2fsck', ['-fn', join(out, 'LiveOS/rootfs.img')]);
    expect(status, stdout).toBe(0);
  });
});
