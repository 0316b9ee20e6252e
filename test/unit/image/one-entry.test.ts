// One bad entry is the fault of one file: in every format the rest of the image can be read, and the entry is named.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planDisc } from '../../../src/disc/index.js';
import { InvalidImageError } from '../../../src/errors.js';
import { planExt4 } from '../../../src/format/ext4/index.js';
import { planFat } from '../../../src/format/fat/index.js';
import { readTag, stamped, type TagId } from '../../../src/format/udf/index.js';
import { FORMATS } from '../../../src/image/formats.js';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { faultOfContent } from '../../../src/io/unreadable.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { directory, file } from '../../../src/tree/node.js';
import { overlay } from '../../../src/tree/rewrite.js';
import { walk } from '../../../src/tree/walk.js';
import { isopress } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';
import { STORED, squashfsBytes } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const run = quietRun();
const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's' };
/** Marks that are found in an image again. */
const [FILE_OWNER, DIRECTORY_OWNER] = [0x1234_5601, 0x1234_5602];
const [FILE_TIME, DIRECTORY_TIME] = [1_611_111_111, 1_622_222_222].map((seconds) => ({ seconds, nanoseconds: 0 }));
const TREE = FileTree.of({
  'good.txt': file(bytesSource(noise(9000, 1))),
  'bad.txt': file(bytesSource(noise(9001, 2)), { uid: FILE_OWNER, mtime: FILE_TIME! }),
  baddir: directory({ uid: DIRECTORY_OWNER, mtime: DIRECTORY_TIME! }, []),
  'dir/last.txt': file(bytesSource(noise(10, 3))),
});

type Hit = 'bad.txt' | 'baddir';
/** Makes an image and damages one entry of it. */
type Maker = (hit: Hit) => Promise<Uint8Array>;

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function placeOf(image: Uint8Array, sought: Buffer): number {
  const at = Buffer.from(image.buffer, image.byteOffset, image.byteLength).indexOf(sought);
  if (at < 0) throw new Error('The entry was not found.');
  return at;
}

const MAKERS: Readonly<Record<string, Maker>> = {
  ext4: async (hit) => {
    const image = await collect(planExt4(TREE, { ...given, profile: 'minimal', features: '^metadata_csum' }), run);
    const time = word((hit === 'bad.txt' ? FILE_TIME! : DIRECTORY_TIME!).seconds);
    // The magic of the extent tree, 40 bytes into the inode; the first of its times is at byte 8.
    image[placeOf(image, Buffer.concat([time, time, time])) - 8 + 40] = 0;
    return image;
  },
  squashfs: async (hit) => {
    const image = await squashfsBytes(TREE, { compression: STORED });
    // The type of the inode, eight bytes before its time.
    image[placeOf(image, word((hit === 'bad.txt' ? FILE_TIME! : DIRECTORY_TIME!).seconds)) - 8] = 99;
    return image;
  },
  fat: async (hit) => {
    const image = await collect(planFat(TREE, { ...given, size: 1024 * 1024 }), run);
    const at = placeOf(image, Buffer.from(hit === 'bad.txt' ? 'BAD     TXT' : 'BADDIR     '));
    // The first cluster.
    image.set([0xf0, 0xef], at + 26);
    return image;
  },
  udf: async (hit) => {
    const image = await collect(planDisc(TREE, { ...given, udf: '2.01', iso9660: false }), run);
    // The owner, 36 bytes into the entry: its checksum is wrong then.
    image[placeOf(image, word(hit === 'bad.txt' ? FILE_OWNER : DIRECTORY_OWNER))] = 9;
    return image;
  },
  iso9660: async (hit) => {
    const image = await collect(planDisc(TREE, { ...given, joliet: false }), run);
    const name = Buffer.from(hit === 'bad.txt' ? 'BAD.TXT;1' : 'BADDIR');
    // The block of the record, 31 bytes before its name.
    image.set([0xff, 0xff, 0xff, 0x7f, 0x7f, 0xff, 0xff, 0xff], placeOf(image, name) - 31);
    return image;
  },
};

/** With a root directory that its own entry cannot hold. */
function manyEntries(): Promise<Uint8Array> {
  const more = Array.from({ length: 60 }, (_, i) => [`more ${i}`, file(bytesSource(noise(1, i)))] as const);
  const tree = overlay(TREE, FileTree.of(Object.fromEntries(more)));
  return collect(planDisc(tree, { ...given, udf: '2.01', iso9660: false }), run);
}

async function opened(kind: string, image: Uint8Array) {
  const format = FORMATS.find((one) => one.kind === kind)!;
  const tree = await (await format.open(bytesSource(image))).tree();
  const faults = [...walk(tree)].flatMap(({ path, node }) => {
    const fault = node.kind === 'file' ? faultOfContent(node.content) : undefined;
    return fault ? [[path, fault] as const] : [];
  });
  return { tree, faults: new Map<string, Error>(faults) };
}

describe('one bad entry is one file that cannot be read', () => {
  for (const [kind, make] of Object.entries(MAKERS)) {
    for (const hit of ['bad.txt', 'baddir'] as const) {
      test(`${kind}: ${hit}`, async () => {
        const image = await make(hit);
        const { tree, faults } = await opened(kind, image);
        expect([...faults.keys()]).toEqual([hit]);
        expect(faults.get(hit)).toBeInstanceOf(InvalidImageError);
        expect(faults.get(hit)!.message).toMatch(new RegExp(`^${hit} cannot be read: .*[a-z\\d]\\.$`));
        for (const path of ['good.txt', 'dir/last.txt']) {
          const [found, meant] = [tree.get(path), TREE.get(path)];
          if (found?.kind !== 'file' || meant?.kind !== 'file') throw new Error(`${path} is not there`);
          expect(await collect(found.content, run)).toEqual(await collect(meant.content, run));
        }
        if (hit === 'baddir') return;
        const path = join(scratch, `${kind}-${hit}.img`);
        writeFileSync(path, image);
        const list = isopress(['ls', path]);
        expect(list.status).toBe(0);
        expect(list.stdout.split('\n')).toContain(hit);
        expect(list.stderr).toContain(`${hit} cannot be read: `);
        expect(isopress(['cat', path, hit])).toMatchObject({ status: 3, stdout: '' });
      });
    }
  }

  test('UDF: an identifier with a wrong checksum, between others', async () => {
    const image = await manyEntries();
    const name = placeOf(image, Buffer.from('\x08bad.txt'));
    // The unique id of what it leads to: the tag covers it.
    image[name - 4]! ^= 1;
    expect([...(await opened('udf', image)).faults.keys()]).toEqual(['bad.txt']);
  });

  test('UDF: names that no system can show are shown otherwise', async () => {
    const image = await manyEntries();
    const restamp = (at: number) => {
      const { id, version, location, crcLength } = readTag(image, at)!;
      return (change: () => void) => {
        change();
        stamped(image.subarray(at, at + 16 + crcLength), { id: id as TagId, version, location });
      };
    };
    const bad = placeOf(image, Buffer.from('\x08bad.txt'));
    restamp(bad - 38)(() => image.set(Buffer.from('b/d'), bad + 1));
    const good = placeOf(image, Buffer.from('\x08good.txt'));
    restamp(good - 38)(() => image.set(Buffer.from('good\0txt'), good + 1));
    const format = FORMATS.find((one) => one.kind === 'udf')!;
    const volume = await format.open(bytesSource(image));
    const shown = [...(await volume.tree()).root.entries.keys()].filter((name) => !name.startsWith('more'));
    expect(shown.sort()).toEqual(['b_d.txt', 'baddir', 'dir', 'good_txt']);
    expect(volume.notes).toEqual([
      'The name b/d.txt is shown as b_d.txt.',
      'The name good\\x00txt is shown as good_txt.',
    ]);
  });
});
