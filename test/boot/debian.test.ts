// A real Debian, pressed in every layout and booted to its login prompt. Two ways in every run, all of them with
// ISOPRESS_BOOT=all. Where a media check is asked for, its entry is chosen in the menu: the initrd checks the medium and goes on.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { BuildReport } from '../../src/live/index.js';
import { plainText, startEntry } from '../support/boot-entries.js';
import { type DebianIso, flagsOf, pressDebian } from '../support/debian-iso.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { expectSameTree } from '../support/live-tree.js';
import { judge, kernelOracle, oracle, oraclesRequired } from '../support/oracle.js';
import type { MachineOptions } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { listing } from '../support/small-root.js';
import { mounted, succeed } from '../support/tools.js';
import { describeDirectory } from '../support/trees.js';

const scratch = scratchDirectory();
const SECONDS = 2400;
const LOGIN_SECONDS = 900;
const all = process.env['ISOPRESS_BOOT'] === 'all';

interface Layout {
  readonly name: string;
  /** Debian's name of the machine; default amd64. */
  readonly debian?: 'arm64';
  readonly iso: DebianIso;
  /** Firmware and how the medium is attached. The first way of the layouts marked is in every run. */
  readonly boots: readonly (readonly [firmware: 'bios' | 'uefi', as: 'cd' | 'disk' | 'usb'])[];
  readonly always?: boolean;
}

const LAYOUTS: readonly Layout[] = [
  {
    name: 'GRUB with a GPT, its media check',
    iso: { flags: 'overlay', medium: { partitionTable: 'gpt' }, type: 'firmware="uefi" mediacheck="true"' },
    boots: [
      ['uefi', 'disk'],
      ['bios', 'cd'],
    ],
    always: true,
  },
  {
    name: 'isolinux',
    iso: { flags: 'overlay', medium: { layout: 'isolinux' }, type: 'firmware="bios"' },
    boots: [
      ['bios', 'cd'],
      ['bios', 'disk'],
    ],
    always: true,
  },
  {
    name: 'GRUB with an MBR',
    iso: { flags: 'overlay', medium: { partitionTable: 'mbr' }, type: 'firmware="uefi"' },
    boots: [
      ['bios', 'usb'],
      ['uefi', 'cd'],
    ],
  },
  {
    name: 'GRUB of our own making for EFI',
    iso: { flags: 'overlay', medium: { partitionTable: 'gpt-hybrid' }, type: 'firmware="efi"' },
    boots: [
      ['uefi', 'usb'],
      ['bios', 'disk'],
    ],
  },
  {
    name: 'isolinux and GRUB, its media check',
    iso: { flags: 'overlay', medium: { layout: 'isolinux+grub' }, type: 'firmware="uefi" mediacheck="true"' },
    boots: [
      ['bios', 'cd'],
      ['uefi', 'disk'],
    ],
  },
  {
    name: "the distribution's live module, its media check",
    iso: { flags: 'dmsquash', medium: { partitionTable: 'gpt' }, type: 'firmware="uefi" mediacheck="true"' },
    boots: [
      ['uefi', 'cd'],
      ['bios', 'disk'],
    ],
  },
  {
    name: 'a squashfs that is the root itself',
    iso: { flags: 'dmsquash', medium: { partitionTable: 'mbr' }, type: 'firmware="uefi" filesystem="squashfs"' },
    boots: [['uefi', 'cd']],
  },
  {
    // The kernel of Debian 12 reads lz4 alone.
    name: 'an EROFS that is the root itself',
    iso: {
      flags: 'dmsquash',
      medium: { partitionTable: 'mbr' },
      type: 'firmware="uefi" filesystem="erofs" erofscompression="lz4hc" fscreateoptions="-C65536"',
      mountsAny: true,
    },
    boots: [['uefi', 'cd']],
  },
  {
    name: 'an initrd that the dracut of this machine made from outside of the tree',
    iso: { flags: 'dmsquash', medium: { partitionTable: 'mbr' }, type: 'firmware="uefi"', dracut: 'sysroot' },
    boots: [['bios', 'disk']],
  },
  {
    name: 'GRUB on ARM, the initrd made from outside of the tree',
    debian: 'arm64',
    iso: {
      flags: 'overlay',
      medium: { partitionTable: 'gpt' },
      type: 'firmware="uefi"',
      dracut: 'sysroot',
      console: 'ttyAMA0',
    },
    boots: [['uefi', 'disk']],
  },
];

/** The message of each live module's check if it passes, shown in a window; and the keys to type after it. */
const CHECKS = {
  overlay: { passed: /iso ok.{0,20}partition ok.{0,20}ISO check passed/s, answer: '\r' },
  dmsquash: { passed: /The media check is complete, the result is: PASS/, answer: '' },
} as const;

const root = presentDebianRoot();
const NO_ROOT = 'there is no Debian root tree: `npm test` makes one as root, ISOPRESS_TEST_ROOT names one';
const before = { listing: '' };
const pressed = new Map<string, Promise<BuildReport>>();

beforeAll(() => {
  if (root === undefined && oraclesRequired) throw new Error(NO_ROOT);
  if (root !== undefined) before.listing = listing(root);
}, SECONDS * 1000);

function press(path: string, { name, iso }: Layout): Promise<BuildReport> {
  const known = pressed.get(name) ?? pressDebian(path, iso, scratch);
  pressed.set(name, known);
  return known;
}

describe('Debian boots to its login prompt', () => {
  for (const layout of all ? LAYOUTS : LAYOUTS.filter(({ always }) => always)) {
    for (const [firmware, as] of all ? layout.boots : layout.boots.slice(0, 1)) {
      oracle(...judgesOf(layout))(
        `by ${layout.name}: ${firmware} as ${as}`,
        async ({ annotate, skip }) => {
          const tree = presentDebianRoot(layout.debian);
          if (tree === undefined) return skip(NO_ROOT);
          if (!flagsOf(tree).includes(layout.iso.flags))
            return skip(`the root tree has no module for ${layout.iso.flags}`);
          const { image } = await press(tree, layout);
          const started = performance.now();
          const architecture = layout.debian === 'arm64' ? 'aarch64' : 'x86_64';
          const log = await bootToLogin({ image, architecture, firmware, as }, layout.iso);
          await annotate(`${((performance.now() - started) / 1000).toFixed(0)} s to the prompt`);
          expect(log).toMatch(/Linux version \d/);
        },
        SECONDS * 1000,
      );
    }
  }
});

function judgesOf({ debian, iso }: Layout): string[] {
  const machine = debian === 'arm64' ? 'qemu-system-aarch64' : 'qemu-system-x86_64';
  return [machine, 'xorriso', 'mmdebstrap', ...(iso.dracut === 'sysroot' ? ['dracut'] : [])];
}

/** Boots the main entry, or the media check where there is one; the serial output up to the prompt. */
async function bootToLogin(options: MachineOptions, { flags, type = '' }: DebianIso): Promise<string> {
  const checked = type.includes('mediacheck="true"');
  const machine = await startEntry(options, checked ? 'mediacheck' : 'default');
  try {
    if (checked) {
      const { passed, answer } = CHECKS[flags];
      await machine.waitFor(passed, LOGIN_SECONDS);
      machine.type(answer);
    }
    return plainText(await machine.waitFor('login:', LOGIN_SECONDS));
  } finally {
    await machine.stop();
  }
}
describe('the pressed medium', () => {
  const first = async () => (root === undefined ? undefined : (await Promise.all(pressed.values()))[0]);

  test('left the root tree untouched', ({ skip }) => {
    if (root === undefined) return skip(NO_ROOT);
    if (pressed.size === 0) return skip('nothing was pressed');
    expect(listing(root)).toBe(before.listing);
  });

  oracle('dpkg-query')('lists the packages as dpkg does', async ({ skip }) => {
    const report = await first();
    if (!report) return skip('nothing was pressed');
    const format = '-f=$' + '{Package}|None|$' + '{Version}|None|$' + '{Architecture}|None|None\\n';
    const { stdout } = judge('dpkg-query', ['--admindir', join(root!, 'var/lib/dpkg'), '-W', format]);
    const listed = readFileSync(report.image.replace(/\.iso$/, '.packages'), 'latin1');
    expect(listed.split('\n')).toEqual(stdout.split('\n').filter(Boolean).sort().concat(''));
  });

  const squashfs = join(scratch, 'squashfs.img');
  const unpack = (image: string) => {
    if (existsSync(squashfs)) return;
    succeed('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', squashfs]);
  };

  kernelOracle(
    'xorriso',
    'e2fsck',
    'getfattr',
  )('holds a clean root file system that the kernel shows as the root tree', async ({ skip }) => {
    const report = await first();
    if (!report) return skip('nothing was pressed');
    unpack(report.image);
    const [outer, inner] = [join(scratch, 'outer'), join(scratch, 'inner')];
    mounted(squashfs, outer, () => {
      const rootfs = join(outer, 'LiveOS/rootfs.img');
      succeed('e2fsck', ['-fn', rootfs]);
      mounted(rootfs, inner, () => expectSameTree(describeDirectory(root!), describeDirectory(inner)));
    });
  });

  oracle(
    'unsquashfs',
    '7z',
    'xorriso',
  )('unpacks without complaint', async ({ skip }) => {
    const report = await first();
    if (!report) return skip('nothing was pressed');
    unpack(report.image);
    succeed('unsquashfs', ['-strict-errors', '-d', join(scratch, 'unpacked'), squashfs]);
    expect(judge('7z', ['t', '-tiso', report.image]).stdout).toContain('Everything is Ok');
  });

  oracle(
    'sgdisk',
    'isoinfo',
    'bsdtar',
    'grub-fstest',
  )('is a sound medium to partition tools, readers and GRUB', async ({ skip }) => {
    const report = await first();
    if (!report) return skip('nothing was pressed');
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
