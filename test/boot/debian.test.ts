// A real Debian, pressed and booted to its login prompt. One way by default, all of them with ISOPRESS_BOOT=all.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { quietRun } from '../../src/io/content.js';
import { type BuildReport, buildLiveIso } from '../../src/live/index.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { judge, kernelOracle, oracle, oraclesRequired } from '../support/oracle.js';
import { bootUntil } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { listing } from '../support/small-root.js';
import { describeDirectory, type EntryDescription } from '../support/trees.js';

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

const root = presentDebianRoot();
const NO_ROOT = 'there is no Debian root tree: `npm test` makes one as root, ISOPRESS_TEST_ROOT names one';
const before = { listing: '' };
const pressed = new Map<string, BuildReport>();

beforeAll(() => {
  if (root === undefined && oraclesRequired) throw new Error(NO_ROOT);
  if (root !== undefined) before.listing = listing(root);
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
        if (root === undefined) return skip(NO_ROOT);
        const { image } = await press(root, partitionTable);
        const { log } = await bootUntil({ image, firmware, as }, 'login:', LOGIN_SECONDS);
        expect(log).toMatch(/Linux version \d/);
      },
      (BUILD_SECONDS + LOGIN_SECONDS) * 1000,
    );
  }
});

describe('what was pressed', () => {
  test('left the root tree untouched', ({ skip }) => {
    if (root === undefined) return skip(NO_ROOT);
    if (pressed.size === 0) return skip('nothing was pressed');
    expect(listing(root)).toBe(before.listing);
  });

  oracle('dpkg-query')('lists the packages as dpkg does', async ({ skip }) => {
    const [report] = pressed.values();
    if (root === undefined || !report) return skip('nothing was pressed');
    const format = '-f=$' + '{Package}|None|$' + '{Version}|None|$' + '{Architecture}|None|None\\n';
    const { stdout } = judge('dpkg-query', ['--admindir', join(root, 'var/lib/dpkg'), '-W', format]);
    const listed = readFileSync(report.image.replace(/\.iso$/, '.packages'), 'latin1');
    expect(listed.split('\n')).toEqual(stdout.split('\n').filter(Boolean).sort().concat(''));
  });

  const squashfs = join(scratch, 'squashfs.img');
  const unpack = (image: string) => {
    if (existsSync(squashfs)) return;
    judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', squashfs]);
  };

  kernelOracle(
    'xorriso',
    'e2fsck',
    'getfattr',
  )('holds a clean root file system that the kernel shows as the root tree', ({ skip }) => {
    const [report] = pressed.values();
    if (root === undefined || !report) return skip('nothing was pressed');
    unpack(report.image);
    const [outer, inner] = [join(scratch, 'outer'), join(scratch, 'inner')];
    mounted(squashfs, outer, () => {
      const rootfs = join(outer, 'LiveOS/rootfs.img');
      const { status, stdout } = judge('e2fsck', ['-fn', rootfs]);
      expect(status, stdout).toBe(0);
      mounted(rootfs, inner, () => expectSameTree(describeDirectory(root), describeDirectory(inner)));
    });
  });

  oracle(
    'unsquashfs',
    '7z',
    'xorriso',
  )('unpacks without complaint', ({ skip }) => {
    const [report] = pressed.values();
    if (!report) return skip('nothing was pressed');
    unpack(report.image);
    expect(judge('unsquashfs', ['-strict-errors', '-d', join(scratch, 'unpacked'), squashfs])).toMatchObject({
      status: 0,
    });
    expect(judge('7z', ['t', '-tiso', report.image]).stdout).toContain('Everything is Ok');
  });

  oracle(
    'sgdisk',
    'isoinfo',
    'bsdtar',
    'grub-fstest',
  )('is a sound medium to partition tools, readers and GRUB', ({ skip }) => {
    const report = pressed.get('gpt');
    if (!report) return skip('no medium with a GPT was pressed');
    const { image, mediumId } = report;
    expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
    expect(judge('isoinfo', ['-R', '-f', '-i', image]).stdout).toContain('/LiveOS/squashfs.img');
    expect(judge('isoinfo', ['-J', '-f', '-i', image]).stdout).toContain('/LiveOS/squashfs.img');
    expect(judge('bsdtar', ['-tf', image]).stdout).toContain('LiveOS/squashfs.img');
    expect(judge('grub-fstest', [image, '--', 'ls', '/boot/']).stdout).toContain(mediumId);
    const esp = judge('grub-fstest', ['-r', 'loop0,gpt2', image, '--', 'ls', '/EFI/BOOT/']);
    expect(esp.stdout.toLowerCase()).toContain('bootx64.efi');
  });
});

/** Runs `look` while the image is mounted. */
function mounted(image: string, at: string, look: () => void): void {
  mkdirSync(at, { recursive: true });
  const { status, stderr } = judge('mount', ['-o', 'loop,ro', image, at]);
  if (status !== 0) throw new Error(stderr);
  try {
    look();
  } finally {
    judge('umount', [at]);
  }
}

/** The live root is the root tree but for what never belongs on a medium and the identity that each machine makes itself. */
function expectSameTree(source: Map<string, EntryDescription>, live: Map<string, EntryDescription>): void {
  const left = /^(image|\.kconfig|\.buildenv|run\/.|tmp\/.|var\/cache\/kiwi|\.profile$)/;
  const expected = [...source].filter(([path]) => !left.test(path)).map(([path]) => path);
  const made = new Set(['lost+found', '.profile']);
  expect([...live.keys()].filter((path) => !made.has(path)).sort()).toEqual(expected.sort());
  const different = expected.filter((path) => {
    if (path === 'etc/machine-id') return false;
    return JSON.stringify(source.get(path)) !== JSON.stringify(live.get(path));
  });
  expect(different).toEqual([]);
}
