// A real cloud-init takes the seed that an edit puts on a live medium, and a live system shows a file that an edit adds to its squashfs
// image. Takes ISOPRESS_BOOT=all.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { plainText, startEntry } from '../support/boot-entries.js';
import { isopress } from '../support/command.js';
import { type DebianIso, flagsOf, pressDebian } from '../support/debian-iso.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const SECONDS = 1800;
const thorough =
  process.env['ISOPRESS_BOOT'] === 'all' ? oracle('qemu-system-x86_64', 'xorriso', 'mmdebstrap') : oracle().skip;

/** Runs at the end of the first boot: what cloud-init and the kernel know is on the serial port, then the closing line. */
const USER_DATA = `#cloud-config
hostname: seeded
autoinstall:
  version: 1
runcmd:
  - |
    {
      echo "cmdline: $(cat /proc/cmdline)"
      echo "cloud: $(cloud-id)"
      echo "seed: $(cloud-init query subplatform)"
      echo "instance: $(cloud-init query instance_id)"
      echo "host: $(hostname)"
      echo "schema: $(cloud-init schema --system 2>&1 | head -n 1)"
      echo "added: $(cat /etc/added-to-the-layer)"
      echo "isopress: seed done"
    } > /dev/ttyS0
`;

beforeAll(() => {
  mkdirSync(join(scratch, 'seed'));
  writeFileSync(join(scratch, 'seed/user-data'), USER_DATA);
  writeFileSync(join(scratch, 'seed/meta-data'), 'instance-id: given-by-the-seed\n');
  writeFileSync(join(scratch, 'note'), 'seen in the root\n');
});

interface Way {
  readonly iso: DebianIso;
  readonly boot: { readonly firmware: 'bios' | 'uefi'; readonly as: 'cd' | 'disk' };
  /** Where the live module mounts the medium. */
  readonly mount: string;
  readonly kind: 'nocloud' | 'autoinstall';
  /** More words of the edit. */
  readonly inside: readonly string[];
  readonly added: string;
}

const WAYS: Readonly<Record<string, Way>> = {
  'a root image in the squashfs image': {
    iso: { flags: 'overlay', medium: { partitionTable: 'gpt' }, type: 'firmware="uefi"' },
    boot: { firmware: 'uefi', as: 'disk' },
    mount: '/run/overlay/live',
    kind: 'nocloud',
    inside: [],
    added: '',
  },
  'an edited squashfs image that is the root itself': {
    iso: { flags: 'dmsquash', medium: { partitionTable: 'mbr' }, type: 'firmware="uefi" filesystem="squashfs"' },
    boot: { firmware: 'bios', as: 'cd' },
    mount: '/run/initramfs/live',
    // The answers of Subiquity, which come by cloud-init.
    kind: 'autoinstall',
    // The initrd finds the medium by its new label.
    inside: ['--volume-id', 'A_LABEL', '--inside', 'LiveOS/squashfs.img', '--add', 'note:/etc/added-to-the-layer'],
    added: 'seen in the root',
  },
};

describe('cloud-init finds the seed of an edited live medium', () => {
  for (const [name, { iso, boot, mount, kind, inside, added }] of Object.entries(WAYS)) {
    thorough(
      `with ${name}`,
      async ({ annotate, skip }) => {
        const root = presentDebianRoot('amd64', 'cloud-init');
        if (root === undefined) return skip('there is no Debian root tree with cloud-init');
        if (!flagsOf(root).includes(iso.flags)) return skip(`the root tree has no module for ${iso.flags}`);
        const { image } = await pressDebian(root, iso, scratch);
        const edited = `${image}.edited.iso`;
        const change = ['--seed', `${kind}=seed`, '--kernel-args', '+isopress.edited=1', ...inside];
        const { status, stderr } = isopress(['edit', image, edited, '--quiet', ...change], { cwd: scratch });
        expect(status, stderr).toBe(0);
        const started = performance.now();
        const machine = await startEntry({ image: edited, ...boot }, 'default');
        try {
          const log = plainText(await machine.waitFor('isopress: seed done', SECONDS));
          const said = (key: string) => new RegExp(`^${key}: (.*?)\\r?$`, 'm').exec(log)?.[1];
          const seed = `${mount}/nocloud/`;
          const words = ['isopress.edited=1', `ds=nocloud;s=${seed}`, ...(kind === 'autoinstall' ? [kind] : [])];
          expect(said('cmdline')?.split(' ')).toEqual(expect.arrayContaining(words));
          expect(said('schema')).toMatch(/^Valid/);
          expect(said('cloud')).toBe('nocloud');
          expect(said('seed')).toBe(`seed-dir (cmdline,${seed})`);
          expect(said('instance')).toBe('given-by-the-seed');
          expect(said('host')).toBe('seeded');
          expect(said('added') ?? '').toBe(added);
        } finally {
          await machine.stop();
        }
        await annotate(`${((performance.now() - started) / 1000).toFixed(0)} s until the seed was run`);
      },
      2 * SECONDS * 1000,
    );
  }
});
