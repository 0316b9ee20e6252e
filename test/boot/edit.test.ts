// An edited installer starts wherever it did before, with the new kernel argument and with a seed's file on its medium; and the kernel reads
// an edited UDF view. One start in every run, the others with ISOPRESS_BOOT=all.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect } from 'vitest';
import { plainText } from '../support/boot-entries.js';
import { bootableInstaller, INSTALLER_END, withIsolinuxCode } from '../support/bootable-installer.js';
import { isopress } from '../support/command.js';
import { findKernel, guestOracle, mountInGuest } from '../support/guest.js';
import { judge, oracle } from '../support/oracle.js';
import { type InstallerFiles, pressLayout } from '../support/published-discs.js';
import { bootUntil, type MachineOptions, missingForBoot, startMachine } from '../support/qemu.js';
import { scratchDirectory } from '../support/scratch.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const ready = hasGrub && hasIsolinux && findKernel() !== undefined;
const thorough = process.env['ISOPRESS_BOOT'] === 'all';
const SECONDS = 240;
/** Milliseconds: many times the timeout of the menu before. */
const PATIENCE = 15_000;
let files: InstallerFiles;

beforeAll(() => {
  if (!ready) return;
  files = bootableInstaller(scratch, '/nocloud/user-data');
  mkdirSync(at('seed'));
  writeFileSync(at('seed/user-data'), '#cloud-config seen from inside\n');
  writeFileSync(at('seed/meta-data'), '');
  // More than the directories have room for: everything after them moves, boot images too.
  for (let i = 0; i < 60; i++) {
    mkdirSync(at(`more/added directory ${i}`), { recursive: true });
    writeFileSync(at(`more/added directory ${i}/file with a long name`), `${i}\n`);
  }
});

const edited = new Map<string, string>();

/** An installer in one of the layouts, edited so that its boot images move. */
function editedInstaller(layout: 'debian' | 'ubuntu'): string {
  const known = edited.get(layout);
  if (known) return known;
  const [image, output] = [at(`${layout}.iso`), at(`${layout}.edited.iso`)];
  pressLayout(layout, layout === 'debian' ? withIsolinuxCode(files) : files, image);
  const words = ['--seed', 'nocloud=seed', '--kernel-args', '+isopress.edited=1 -quiet', '--add', 'more'];
  const { status, stderr } = isopress(['edit', image, output, '--quiet', ...words], { cwd: scratch });
  expect(status, stderr).toBe(0);
  edited.set(layout, output);
  return output;
}

describe.runIf(ready)('an edited installer starts with the new argument and finds its seed', () => {
  const devices = { cd: '/dev/sr0', disk: '/dev/vda', usb: '/dev/sda' } as const;
  for (const layout of ['ubuntu', 'debian'] as const) {
    for (const firmware of ['bios', 'uefi'] as const) {
      for (const as of ['disk', 'cd'] as const satisfies readonly NonNullable<MachineOptions['as']>[]) {
        const isChosen = thorough || (layout === 'ubuntu' && firmware === 'bios' && as === 'disk');
        const needs = firmware === 'uefi' && missingForBoot('uefi').includes('ovmf') ? ['ovmf'] : [];
        const check = oracle('qemu-system-x86_64', 'xorriso', 'grub-mkimage', 'mkfs.vfat', 'mcopy', 'cpio', ...needs);
        (isChosen ? check : check.skip)(`${layout} by ${firmware} as ${as}`, async () => {
          const machine = { image: editedInstaller(layout), firmware, as, memory: 512 } as const;
          const log = plainText((await bootUntil(machine, INSTALLER_END, SECONDS)).log);
          const cmdline = /cmdline: (.*?)\r?\n/.exec(log)?.[1]?.split(' ');
          expect(cmdline).toEqual(
            expect.arrayContaining(['console=ttyS0', 'isopress.edited=1', 'ds=nocloud;s=/cdrom/nocloud/']),
          );
          expect(cmdline).not.toContain('quiet');
          expect(log).toContain(`device: ${devices[as]}`);
          expect(log).toContain('shown: #cloud-config seen from inside');
        });
      }
    }
  }
});

describe.runIf(ready)('an edited installer starts the entry that was chosen', () => {
  const check = thorough
    ? oracle('qemu-system-x86_64', 'xorriso', 'grub-mkimage', 'mkfs.vfat', 'mcopy', 'cpio')
    : oracle().skip;
  const installer = (layout: 'debian' | 'ubuntu', timeout: string) => {
    const [image, output] = [at(`${layout}.iso`), at(`${layout}.${timeout}.iso`)];
    pressLayout(layout, layout === 'debian' ? withIsolinuxCode(files) : files, image);
    const words = ['--default-entry', 'Rescue', '--timeout', timeout, '--seed', 'nocloud=seed'];
    const { status, stderr } = isopress(['edit', image, output, '--quiet', '--force', ...words], { cwd: scratch });
    expect(status, stderr).toBe(0);
    return { image: output, firmware: 'bios', as: 'cd', memory: 512 } as const;
  };
  for (const [layout, loader] of [
    ['ubuntu', 'GRUB'],
    ['debian', 'ISOLINUX'],
  ] as const) {
    check(`by ${loader}, after its timeout`, async () => {
      const { log } = await bootUntil(installer(layout, '3'), INSTALLER_END, SECONDS);
      expect(plainText(log)).toMatch(/cmdline: .* rescue[\r ]/);
    });
    check(`by ${loader}, only by a key`, async () => {
      const machine = startMachine(installer(layout, 'never'));
      try {
        await machine.waitFor(layout === 'ubuntu' ? 'Rescue' : 'boot:', SECONDS);
        await sleep(PATIENCE);
        expect(await machine.waitFor('', 1)).not.toMatch(/Loading |Linux version|cmdline:/);
        machine.type('\r');
        expect(plainText(await machine.waitFor(INSTALLER_END, SECONDS))).toMatch(/cmdline: .* rescue[\r ]/);
      } finally {
        await machine.stop();
      }
    });
  }
});

describe('the kernel reads an edited UDF view', () => {
  const check = thorough ? guestOracle() : guestOracle().skip;
  check('with added, replaced and removed entries, in every kind of disc', async () => {
    mkdirSync(at('tree/deep/directory'), { recursive: true });
    for (let i = 0; i < 60; i++) writeFileSync(at(`tree/file with a long name ${i}`), noise(3000, i));
    writeFileSync(at('tree/deep/directory/removed'), 'removed\n');
    mkdirSync(at('add/ü Ω'), { recursive: true });
    for (let i = 0; i < 100; i++) writeFileSync(at(`add/ü Ω/added with a long name ${i}`), noise(5000, i));
    const made = {
      genisoimage: ['genisoimage', '-quiet', '-udf', '-R', '-V', 'OLD'],
      windows: ['genisoimage', '-quiet', '-udf', '-hide', '*', '-V', 'OLD'],
    } as const;
    const words = [
      '--add',
      'add',
      '--remove',
      '/deep',
      '--replace',
      'add/ü Ω/added with a long name 0:/file with a long name 7',
    ];
    const images = [...Object.keys(made), 'own'].map((name) => {
      const [image, output] = [at(`udf-${name}.iso`), at(`udf-${name}.edited.iso`)];
      if (name === 'own')
        isopress(['iso', 'tree', image, '--udf', '2.01', '--layout', 'gpt-only', '--quiet'], { cwd: scratch });
      else judge('genisoimage', [...made[name as keyof typeof made].slice(1), '-o', image, at('tree')]);
      const edit = ['edit', image, output, '--quiet', '--volume-id', 'NEW', '--loss', 'ignore', ...words];
      const { status, stderr } = isopress(edit, { cwd: scratch });
      expect(status, stderr).toBe(0);
      return output;
    });
    const mounts = images.map((_, i) => ({ name: `${i}`, mount: `-t udf /dev/vd${'abc'[i]}` }));
    const views = await mountInGuest(images as [string], mounts, scratch);
    for (const view of views.values()) {
      const found = [...view.keys()]
        .filter((path) => path !== '')
        .map((path) => Buffer.from(path, 'latin1').toString());
      expect(found).toHaveLength(60 + 1 + 100);
      expect(found).not.toContain('deep');
      const sum = (path: string) => view.get(Buffer.from(path).toString('latin1'))?.sha256;
      const digest = (path: string) => judge('sha256sum', [at(path)]).stdout.split(' ')[0];
      expect(sum('ü Ω/added with a long name 99')).toBe(digest('add/ü Ω/added with a long name 99'));
      expect(sum('file with a long name 7')).toBe(digest('add/ü Ω/added with a long name 0'));
      expect(sum('file with a long name 8')).toBe(digest('tree/file with a long name 8'));
    }
    expect(views.size).toBe(3);
  });
});
