// Whole images are the same natively and portably, for every codec, and unsquashfs reads them.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { CODECS } from '../../src/compress/index.js';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
/** Some hundred files, in all more than a block of the largest size. */
const SOURCE = join(import.meta.dirname, '../../src/format');

for (const { name } of CODECS) {
  for (const blockSize of ['4K', '1M']) {
    oracle('unsquashfs')(`${name} in blocks of ${blockSize}`, () => {
      const settings = ['-c', name, '--block-size', blockSize, ...(name === 'xz' ? ['--bcj', 'auto'] : [])];
      const images = (['auto', 'portable'] as const).map((engine) => {
        const image = join(scratch, `${engine}.squashfs`);
        const options = [...settings, '--engine', engine, '--epoch', '1', '--loss', 'ignore', '--quiet', '--force'];
        expect(isopress(['squashfs', SOURCE, image, ...options])).toMatchObject({ status: 0 });
        return image;
      });
      expect(Buffer.compare(readFileSync(images[0]!), readFileSync(images[1]!))).toBe(0);
      const unpacked = join(scratch, 'unpacked');
      rmSync(unpacked, { recursive: true, force: true });
      expect(judge('unsquashfs', ['-q', '-n', '-d', unpacked, images[1]!])).toMatchObject({ status: 0 });
      expect(judge('diff', ['-r', SOURCE, unpacked])).toMatchObject({ status: 0 });
    });
  }
}
