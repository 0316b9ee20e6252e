// Indexes of directories: verify finds names where e2fsck put them, by every hash, and says where a lookup does not find one.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { checkExt4 } from '../../src/format/ext4/index.js';
import { bytesSource } from '../../src/index.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const BLOCK = 1024;
/** Count and limit of a root are the place of its first hash; the second one follows the block of the first. */
const SECOND_HASH = 0x28;

/** Faults of an image, by their codes. */
async function faultsOf(image: string): Promise<string[]> {
  const faults: string[] = [];
  await checkExt4(bytesSource(readFileSync(image)), (fault) => faults.push(fault));
  return faults;
}

/** An image with a directory of names that e2fsck has indexed by this hash. */
function indexed(hash: string): string {
  const [root, image] = [join(scratch, `${hash}-tree`), join(scratch, `${hash}.img`)];
  mkdirSync(join(root, 'many'), { recursive: true });
  for (let index = 0; index < 400; index++)
    writeFileSync(join(root, 'many', `ä ${index} ${'n'.repeat(index % 40)}`), '');
  judge('mke2fs', ['-q', '-t', 'ext2', '-b', `${BLOCK}`, '-O', 'dir_index', '-d', root, image, '4M']);
  judge('tune2fs', ['-E', `hash_alg=${hash}`, image]);
  judge('e2fsck', ['-fyD', image]);
  return image;
}

describe('an index by', () => {
  for (const hash of ['legacy', 'half_md4', 'tea']) {
    oracle(
      'mke2fs',
      'tune2fs',
      'e2fsck',
      'debugfs',
    )(`${hash} leads to every name; a changed hash in it is a fault`, async () => {
      const image = indexed(hash);
      expect(judge('debugfs', ['-R', 'stat /many', image]).stdout).toMatch(/Flags: 0x1000/);
      expect(await faultsOf(image)).toEqual([]);
      const [, block] = /^(\d+)/.exec(judge('debugfs', ['-R', 'blocks /many', image]).stdout)!;
      const bytes = readFileSync(image);
      const at = Number(block) * BLOCK + SECOND_HASH;
      bytes.writeUInt32LE((bytes.readUInt32LE(at) + 0x0800_0000) >>> 0, at);
      writeFileSync(image, bytes);
      expect(judge('e2fsck', ['-fn', image]).stdout).toContain('Problem in HTREE directory');
      expect(await faultsOf(image)).toEqual(['directory-index']);
    });
  }
});
