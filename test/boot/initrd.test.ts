// Initrds in every compression, with and without microcode before them, unpacked by the kernel of a booting Debian. All of
// them with ISOPRESS_BOOT=all; gzip alone is in every run, as part of the layouts.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import type { InitrdCompressionRequest } from '../../src/live/index.js';
import { plainText, startEntry } from '../support/boot-entries.js';
import { flagsOf, pressDebian } from '../support/debian-iso.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const SECONDS = 2400;
const all = process.env['ISOPRESS_BOOT'] === 'all';
const only = process.env['ISOPRESS_BOOT_INITRD'];

const COMPRESSIONS: readonly InitrdCompressionRequest[] = [
  { name: 'gzip' },
  { name: 'xz' },
  { name: 'zstd' },
  { name: 'zstd', level: 22 },
  { name: 'lz4' },
  { name: 'lzo' },
  { name: 'none' },
];

const root = presentDebianRoot();
/** The root tree with microcode, which Debian keeps outside of its free packages. */
const withMicrocode = join(scratch, 'microcode', 'merged');
let isMounted = false;

function mountMicrocode(): string {
  if (isMounted) return withMicrocode;
  const [upper, work] = [join(scratch, 'microcode', 'upper'), join(scratch, 'microcode', 'work')];
  for (const directory of [withMicrocode, work, join(upper, 'usr/lib/firmware/intel-ucode')]) {
    mkdirSync(directory, { recursive: true });
  }
  writeFileSync(join(upper, 'usr/lib/firmware/intel-ucode/06-00-00'), noise(20_000, 4));
  succeed('mount', [
    '-t',
    'overlay',
    'overlay',
    '-o',
    `lowerdir=${root},upperdir=${upper},workdir=${work}`,
    withMicrocode,
  ]);
  isMounted = true;
  return withMicrocode;
}

afterAll(() => {
  if (isMounted) succeed('umount', [withMicrocode]);
});

describe.runIf(all)('Debian boots to its login prompt from an initrd', () => {
  for (const microcode of [false, true]) {
    for (const compression of COMPRESSIONS) {
      const name = [compression.name, compression.level, microcode ? 'after microcode' : ''].filter(Boolean).join(' ');
      if (only && only !== name) continue;
      kernelOracle('qemu-system-x86_64', 'xorriso', 'mmdebstrap')(
        name,
        async ({ annotate, skip }) => {
          if (root === undefined) return skip('there is no Debian root tree');
          const flags = flagsOf(root)[0]!;
          const medium = { layout: 'isolinux' } as const;
          const tree = microcode ? mountMicrocode() : root;
          const { image, initrd } = await pressDebian(
            tree,
            { flags, medium, compression, type: 'firmware="bios"' },
            scratch,
          );
          expect(initrd.compression).toMatchObject({ name: compression.name });
          const started = performance.now();
          const machine = await startEntry({ image, architecture: 'x86_64', firmware: 'bios', as: 'cd' }, 'default');
          try {
            expect(plainText(await machine.waitFor('login:', SECONDS))).toMatch(/Linux version \d/);
          } finally {
            await machine.stop();
          }
          await annotate(`${initrd.size} bytes, ${((performance.now() - started) / 1000).toFixed(0)} s to the prompt`);
        },
        SECONDS * 1000,
      );
    }
  }
});
