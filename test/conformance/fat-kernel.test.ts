// FAT × Linux: one disk of four volumes, mounted by a guest's kernel; every name, digest and time is that of the tree.

import { join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type FatOptions, planFat } from '../../src/format/fat/index.js';
import { renderMbr } from '../../src/format/mbr/index.js';
import { type Data, quietRun } from '../../src/io/content.js';
import { exactContent } from '../../src/io/exact.js';
import { fileTarget } from '../../src/io/file-target.js';
import { bytesSource } from '../../src/io/memory.js';
import { writeImage } from '../../src/io/write-image.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { guestOracle, mountInGuest } from '../support/guest.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeTree, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const mtime = timestamp(1_700_000_000);
const data = (size: number, seed = size) => file(bytesSource(noise(size, seed)), { mtime });
const TREE = FileTree.of(
  {
    'EFI/BOOT/BOOTX64.EFI': data(1_234_567),
    'EFI/BOOT/grub.cfg': data(99),
    'EFI/debian/A rather long name for a font.pf2': data(2048),
    'Ünïcödé/日本語 ファイル.txt': data(3000),
    'boot/empty': data(0),
    'Readme.TXT': data(1),
    ...Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`common/common beginning ${i}.dat`, data(i * 11)])),
    ...Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${'deep/'.repeat(i + 1)}x${i}.bin`, data(50 * i)])),
  },
  { mtime },
);

const VOLUMES: Partial<FatOptions>[] = [{ type: 12 }, { type: 16 }, { type: 32 }, { type: 16, sectorSize: 4096 }];
const SECTOR = 512;
/** Partitions start at whole MiB. */
const ALIGNED = 2048;

guestOracle()('every type, and sectors of 4096 bytes', async () => {
  let start = ALIGNED;
  const volumes = VOLUMES.map((options) => {
    const hiddenSectors = (start * SECTOR) / (options.sectorSize ?? SECTOR);
    const plan = planFat(TREE, { seed: 'guest', epoch: mtime, label: 'GUEST', hiddenSectors, ...options });
    const partition = { active: false, type: 0x0c, start, sectors: plan.size / SECTOR };
    start = Math.ceil((start + partition.sectors) / ALIGNED) * ALIGNED;
    return { plan, partition };
  });
  const partitions = volumes.map(({ partition }) => partition);
  const pieces = async function* (): AsyncGenerator<Data> {
    yield renderMbr({ code: new Uint8Array(0), diskSignature: 1, partitions });
    let at = SECTOR;
    for (const { plan, partition } of volumes) {
      yield { hole: partition.start * SECTOR - at };
      yield* plan.pieces(quietRun());
      at = partition.start * SECTOR + plan.size;
    }
    yield { hole: start * SECTOR - at };
  };
  const disk = join(scratch, 'disk.img');
  await writeImage({ ...exactContent(start * SECTOR, pieces), layout: null }, fileTarget(fromText(disk)), quietRun());
  const mounts = VOLUMES.map((_, i) => ({ name: `vda${i + 1}`, mount: `-t vfat -o utf8,tz=UTC /dev/vda${i + 1}` }));
  const found = await mountInGuest(disk, mounts, scratch);
  const files = (entries: Awaited<ReturnType<typeof describeTree>> | undefined) =>
    [...(entries ?? [])]
      .filter(([, { kind }]) => kind === 'file')
      .map(
        ([
          path,
          {
            sha256,
            size,
            mtime: { seconds },
          },
        ]) => [path, sha256, size, seconds],
      )
      .sort();
  const expected = files(await describeTree(TREE));
  for (const { name } of mounts) expect(files(found.get(name)), name).toEqual(expected);
});
