// Areas of images: they cover every byte once, and are where other programs say that they are.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chooseCompression } from '../../../src/compress/index.js';
import {
  bytesSource,
  FileTree,
  file,
  planDisc,
  planErofs,
  planExt4,
  planFat,
  planSquashfs,
  timestamp,
  toBytes,
} from '../../../src/index.js';
import { paintAreas } from '../../../src/map/areas.js';
import { type ImageMap, mapImage } from '../../../src/public/map.js';
import { nestedDisc } from '../../support/nested-image.js';
import { judge, oracle } from '../../support/oracle.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const given = { seed: 'areas', epoch: timestamp(0) };
const tree = FileTree.of({
  'a/one': file('1'.repeat(50_000)),
  'a/two': file('2'.repeat(7)),
  'b/large': file(new Uint8Array(400_000).map((_, at) => at % 253)),
});
const compression = chooseCompression({ name: 'gzip', engine: 'portable' });
const plans = {
  ext4: planExt4(tree, given),
  squashfs: planSquashfs(tree, { ...given, compression }),
  erofs: planErofs(tree, given),
  fat: planFat(tree, given),
  'iso with Joliet': planDisc(tree, { ...given, joliet: true }),
  'iso with UDF': planDisc(tree, { ...given, udf: '2.01' }),
  'UDF alone': planDisc(tree, { ...given, udf: '2.01', iso9660: false }),
  'iso with a GPT': planDisc(tree, { ...given, layout: 'gpt-only' }),
};

/** Areas that do not follow each other, or leave something out at the end. */
function holesOf({ layers }: ImageMap): string[] {
  return layers.flatMap(({ address, areas, size }) => {
    const ends = areas.map(({ at, length }) => at + length);
    const starts = areas.map(({ at }) => at);
    const wrong = starts.filter((at, index) => at !== (index === 0 ? 0 : ends[index - 1]));
    return wrong.length > 0 || (ends.at(-1) ?? 0) !== size ? [`${address}: ${wrong} ${ends.at(-1)} of ${size}`] : [];
  });
}

describe('areas', () => {
  test.each(Object.entries(plans))('cover every byte of %s once', async (_, plan) => {
    const map = await mapImage(bytesSource(await toBytes(plan)));
    expect(map.layers).toHaveLength(1);
    expect(holesOf(map)).toEqual([]);
    const [layer] = map.layers;
    expect(layer!.areas.some(({ kind }) => kind === 'head')).toBe(true);
    expect(layer!.tree).toMatchObject({ files: 3, bytes: 450_007 });
  });

  test('of every layer of a disc are listed, a partition that is a file of the disc once', async () => {
    const map = await mapImage(await nestedDisc());
    expect(map.layers.map(({ address }) => address)).toEqual([
      '',
      '/LiveOS/squashfs.img',
      '/LiveOS/squashfs.img/LiveOS/rootfs.img',
      '/boot/esp.img',
    ]);
    expect(holesOf(map)).toEqual([]);
    const names = map.layers[0]!.areas.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['MBR', 'GPT', 'copy of the GPT', 'volume descriptors', 'boot catalog']),
    );
    expect(names).toEqual(expect.arrayContaining(['squashfs.img', 'esp.img', 'path table', 'directories']));
  });

  test('that overlap are cut: the first has the bytes, a region only what nothing else has', () => {
    const areas = paintAreas(
      [
        { at: 0, length: 100, kind: 'around', name: 'region' },
        { at: 10, length: 20, kind: 'head', name: 'first' },
        { at: 20, length: 20, kind: 'index', name: 'second' },
        { at: 150, length: 1000, kind: 'head', name: 'cut' },
        { at: -5, length: 3, kind: 'head', name: 'outside' },
      ],
      20_000,
    );
    expect(areas.map(({ at, length, name }) => [at, length, name])).toEqual([
      [0, 10, 'region'],
      [10, 20, 'first'],
      [30, 10, 'second'],
      // The rest of a block belongs to the area before it.
      [40, 110, 'region'],
      [150, 1000, 'cut'],
      [1150, 18_850, 'free, or not listed'],
    ]);
  });
});

describe('places', () => {
  let ext4 = '';
  beforeAll(async () => {
    ext4 = join(scratch, 'a.ext4');
    writeFileSync(ext4, await toBytes(planExt4(tree, { ...given, size: 64 * 1024 ** 2, blockSize: 1024 })));
  });

  oracle('dumpe2fs')('of ext4 are those that dumpe2fs lists', async () => {
    const { stdout } = judge('dumpe2fs', [ext4]);
    const block = (pattern: RegExp) => [...stdout.matchAll(pattern)].map(([, number]) => Number(number) * 1024);
    const map = await mapImage(bytesSource(await import('node:fs').then(({ readFileSync }) => readFileSync(ext4))));
    const at = (byte: number) =>
      map.layers[0]!.areas.find((area) => area.at <= byte && byte < area.at + area.length)?.name;
    const judged = {
      'inode tables': block(/Inode table at (\d+)/g),
      'block bitmaps': block(/Block bitmap at (\d+)/g),
      'inode bitmaps': block(/Inode bitmap at (\d+)/g),
      'copy of the superblock': block(/Backup superblock at (\d+)/g),
    };
    for (const [name, places] of Object.entries(judged)) {
      expect(places.length).toBeGreaterThan(1);
      expect(new Set(places.map(at))).toEqual(new Set([name]));
    }
  });

  oracle('xorriso')('of files on a disc are those that xorriso reports', async () => {
    const disc = join(scratch, 'a.iso');
    writeFileSync(disc, await toBytes(plans['iso with Joliet']));
    const { stdout } = judge('xorriso', ['-indev', disc, '-find', '/', '-type', 'f', '-exec', 'report_lba', '--']);
    const places = [...stdout.matchAll(/File data lba:\s+\d+ ,\s+(\d+) ,\s+\d+ ,\s+\d+ , '\/(.*)'/g)];
    expect(places).toHaveLength(3);
    const map = await mapImage(bytesSource(await toBytes(plans['iso with Joliet'])));
    for (const [, block] of places) {
      const area = map.layers[0]!.areas.find(
        ({ at, length }) => at <= Number(block) * 2048 && Number(block) * 2048 < at + length,
      );
      expect(area?.kind).toBe('files');
    }
  });
});
