// The description shaped like Debian's, pressed as it is on a Debian root tree and booted to its login prompt. Takes ISOPRESS_BOOT=all.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { quietRun } from '../../src/io/content.js';
import { buildLiveIso } from '../../src/live/index.js';
import { plainText, startEntry } from '../support/boot-entries.js';
import { flagsOf } from '../support/debian-iso.js';
import { presentDebianRoot, testCache } from '../support/debian-root.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const SECONDS = 2400;
const root = presentDebianRoot();
const thorough =
  process.env['ISOPRESS_BOOT'] === 'all' ? oracle('qemu-system-x86_64', 'xorriso', 'mmdebstrap') : oracle().skip;

describe('the description shaped like that of Debian', () => {
  for (const [firmware, as] of [
    ['uefi', 'disk'],
    ['bios', 'cd'],
  ] as const) {
    thorough(
      `boots to the login prompt: ${firmware} as ${as}`,
      async ({ annotate, skip }) => {
        if (root === undefined || !flagsOf(root).includes('overlay'))
          return skip('there is no root tree with kiwi-live');
        const targetDirectory = join(scratch, `${firmware}-${as}`);
        mkdirSync(targetDirectory);
        const { image, volumeId } = await buildLiveIso(
          {
            input: { root },
            description: { directory: 'fixtures/descriptions-of-makers/debian' },
            initrd: { cacheDirectory: join(testCache(), 'initrds') },
            compression: { name: 'lz4', level: 1 },
            targetDirectory,
          },
          quietRun(2),
        );
        expect(volumeId).toBe('SAMPLE_DEBIAN');
        const started = performance.now();
        const machine = await startEntry({ image, architecture: 'x86_64', firmware, as }, 'default');
        try {
          const log = plainText(await machine.waitFor('login:', SECONDS));
          expect(log).toMatch(/Linux version \d/);
          expect(log).toContain('rd.live.overlay.persistent');
        } finally {
          await machine.stop();
        }
        await annotate(`${((performance.now() - started) / 1000).toFixed(0)} s to the prompt`);
      },
      SECONDS * 1000,
    );
  }
});
