// Files that the system copies into an image: the image is the same as one whose bytes came by.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test, vi } from 'vitest';
import { fromText, timestamp, uuidFromBytes } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planExt4 } from '../../../src/format/ext4/index.js';
import { planFat } from '../../../src/format/fat/index.js';
import type { ExactContent } from '../../../src/io/content.js';
import { quietRun } from '../../../src/io/content.js';
import { fileTarget } from '../../../src/io/file-target.js';
import type { ImagePlan } from '../../../src/io/sealed-plan.js';
import { memoryTarget } from '../../../src/io/target.js';
import { writeImage } from '../../../src/io/write-image.js';
import { loadNative } from '../../../src/native/index.js';
import { scanDirectory } from '../../../src/source/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const run = quietRun();
const scratch = scratchDirectory();
const EPOCH = timestamp(1);
const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const ext4 = (tree: FileTree) => planExt4(tree, { uuid: uuidFromBytes(new Uint8Array(16)), epoch: EPOCH, seed: 's' });
const packers: Record<string, (tree: FileTree) => ImagePlan<unknown, ExactContent>> = {
  ext4,
  // Groups of 2 MiB split the large file.
  'ext4 in small groups': (tree) =>
    planExt4(tree, {
      uuid: uuidFromBytes(new Uint8Array(16)),
      epoch: EPOCH,
      seed: 's',
      blockSize: 1024,
      blocksPerGroup: 2048,
    } as never),
  fat: (tree) => planFat(tree, { epoch: EPOCH, serial: 1 } as never),
  iso: (tree) => planDisc(tree, { epoch: EPOCH, seed: 's' }) as ImagePlan<unknown, ExactContent>,
  'ext4 in an ISO': (tree) =>
    planDisc(FileTree.of({ 'rootfs.img': file(ext4(tree)) }), { epoch: EPOCH, seed: 's' }) as ImagePlan<
      unknown,
      ExactContent
    >,
};

/** Files around the size from which the system copies them, one over the most that it copies at once, and one with holes. */
function makeTree(name: string): string {
  const tree = join(scratch, name);
  mkdirSync(join(tree, 'd'), { recursive: true });
  for (const size of [0, 1, 65_535, 65_536, 65_537, 300_000]) {
    writeFileSync(join(tree, `d/${size}`), noise(size, size + 1));
    writeFileSync(join(tree, `after-${size}`), noise(10, size));
  }
  writeFileSync(join(tree, 'large'), Buffer.alloc(34 * 1024 * 1024 + 5, noise(4099, 9)));
  writeFileSync(join(tree, 'holes'), noise(200_000, 3));
  truncateSync(join(tree, 'holes'), 3_000_000);
  writeFileSync(join(tree, 'holes'), noise(100_001, 4), { flag: 'r+' });
  return tree;
}

describe.skipIf(!loadNative().addon)('files that the system copies', () => {
  const path = makeTree('tree');
  test.each(Object.entries(packers))('%s has the same bytes', async (name, plan) => {
    const planned = plan(await scanDirectory(fromText(path), { engine: 'native' }));
    const copied = vi.spyOn(loadNative().addon!, 'copyRanges');
    const memory = memoryTarget();
    await writeImage(planned, memory, run);
    expect(copied).not.toHaveBeenCalled();
    const image = join(scratch, `${name}.img`);
    const report = await writeImage(planned, fileTarget(fromText(image)), run);
    expect(copied.mock.calls.length).toBeGreaterThanOrEqual(5);
    copied.mockRestore();
    expect(Buffer.compare(readFileSync(image), memory.bytes())).toBe(0);
    expect(report.size).toBe(memory.bytes().length);
    // Whoever wants the digest has the bytes come by.
    const digest = await writeImage(planned, fileTarget(fromText(image), { force: true }), run, { sha256: true });
    expect(execFileSync('sha256sum', [image], { encoding: 'latin1' }).slice(0, 64)).toBe(digest.sha256);
  });
  test.each(['ext4', 'iso'])('%s: an error of the target is one of the target, and nothing stays', (command) => {
    const image = join(scratch, `limited.${command}`);
    // Within the large file.
    const limited = [
      '-c',
      'ulimit -f 20000; exec "$@"',
      'bash',
      process.execPath,
      main,
      command,
      path,
      image,
      '--quiet',
    ];
    const { status, stderr } = spawnSync('bash', [...limited, '--loss', 'ignore'], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([4, expect.stringMatching(/^isopress: A limit on the size of files .*efbig\]\n/)]);
    expect(readdirSync(scratch).filter((name) => name.startsWith('limited'))).toEqual([]);
  });
});
