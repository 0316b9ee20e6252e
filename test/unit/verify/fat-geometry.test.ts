// A boot sector that leads readers to other areas than those of the volume: they show less, or nothing, without an error.
import { expect, test } from 'vitest';
import { planFat } from '../../../src/format/fat/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { verifyImage } from '../../../src/verify/index.js';

const run = quietRun();
const epoch = { seconds: 0, nanoseconds: 0 };

async function codesOf(change: (view: DataView) => void): Promise<string[]> {
  const tree = FileTree.of({ 'A.TXT': file(bytesSource(Buffer.from('a'))) });
  const image = await collect(planFat(tree, { epoch, seed: 's', type: 12, size: 4 << 20 }), run);
  change(new DataView(image.buffer, image.byteOffset));
  return (await verifyImage(bytesSource(image), { run })).findings.map(({ code }) => code);
}

test('a volume as it was made has no finding', async () => {
  expect(await codesOf(() => {})).toEqual([]);
});

test('a root directory that ends within a sector, which fsck.fat refuses', async () => {
  expect(await codesOf((view) => view.setUint16(17, 597, true))).toEqual(['fat.root-entries']);
});

test('reserved sectors that end where no table begins', async () => {
  expect(await codesOf((view) => view.setUint16(14, 0x54, true))).toEqual(['fat.table-start']);
});
