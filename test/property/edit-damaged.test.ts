// Edits of damaged discs: each is planned and written, or refused with an error about the image. Sound ones are read back.

import { expect, test } from 'vitest';
import { fromText } from '../../src/bytes/index.js';
import { planDisc } from '../../src/disc/index.js';
import { planEdit } from '../../src/edit/index.js';
import { InvalidImageError, InvalidInputError, UnsupportedError } from '../../src/errors.js';
import { planFat } from '../../src/format/fat/index.js';
import { openIso } from '../../src/format/iso9660/index.js';
import { openUdf } from '../../src/format/udf/index.js';
import { bytesSource, collect, quietRun } from '../../src/io/index.js';
import { FileTree, file, symlink } from '../../src/tree/index.js';
import fc, { runs } from '../support/random.js';
import { noise } from '../support/trees.js';

const run = quietRun();
const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's' };
const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));
const MENU = 'menuentry x {\n  linux /boot/vmlinuz a\n}\n';

const esp = await collect(planFat(FileTree.of({ 'boot/grub.cfg': text(MENU) }), { ...given, size: 64 * 1024 }), run);
const TREE = FileTree.of({
  'boot/grub/grub.cfg': text(MENU),
  'boot/eltorito.img': file(bytesSource(noise(5000, 1))),
  [`long/${'n'.repeat(250)}`]: text('continued fields'),
  'long/link': symlink(fromText('t'.repeat(600))),
  'a/b/c/d/e/f/g/h/i/j': text('deep'),
});
const disc = await collect(
  planDisc(TREE, {
    ...given,
    volumeId: 'OLD',
    layout: 'grub',
    partitionTable: 'gpt',
    deep: 'relocate',
    joliet: true,
    udf: '1.02',
    boot: { bios: { path: 'boot/eltorito.img' }, efi: 'appended-esp' },
    mbr: { code: new Uint8Array(440).fill(0x90) },
    appendedEsp: bytesSource(esp),
  }),
  run,
);
const many = FileTree.of(
  Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`boot/grub/added file ${i}`, text(`${i}`)])),
);
const changes = { add: [{ tree: many }], kernelArguments: { add: ['a=1'] }, volumeId: 'NEW' };

test('a sound disc keeps its files and gets the others, in every hierarchy', async () => {
  const plan = await planEdit(bytesSource(disc), changes, run);
  const image = await openIso(bytesSource(await collect(plan, run)));
  expect(image.facts.volumeId).toBe('NEW');
  for (const hierarchy of ['rock-ridge', 'joliet'] as const) {
    const tree = await image.tree(hierarchy);
    expect(tree.get('boot/grub/added file 59'), hierarchy).toMatchObject({ kind: 'file' });
  }
  const tree = await image.tree();
  expect(tree.get('a/b/c/d/e/f/g/h/i/j')).toMatchObject({ kind: 'file' });
  expect(tree.get(`long/${'n'.repeat(250)}`)).toMatchObject({ kind: 'file' });
  expect(tree.get('long/link')).toMatchObject({ target: 't'.repeat(600) });
  const udf = await (await openUdf(bytesSource(await collect(plan, run)))).tree();
  for (const path of ['boot/grub/added file 59', 'a/b/c/d/e/f/g/h/i/j'])
    expect(udf.get(path)).toMatchObject({ kind: 'file' });
});

test('the same edit gives the same bytes', async () => {
  const once = async () => collect(await planEdit(bytesSource(disc), changes, run), run);
  expect(Buffer.compare(await once(), await once())).toBe(0);
});

// Structures: system area, descriptors, anchor and entries of UDF, directories and tables, boot catalog, and the system partition at the end.
const places = fc.oneof(
  fc.integer({ min: 446, max: 1024 }),
  fc.integer({ min: 16 * 2048, max: 20 * 2048 }),
  fc.integer({ min: 20 * 2048, max: 90 * 2048 }),
  fc.integer({ min: 256 * 2048, max: 330 * 2048 }),
  fc.integer({ min: disc.length - 160 * 1024, max: disc.length - 1 }),
);

test('a damaged disc is edited or refused', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(places, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
      async (damage) => {
        const image = disc.slice();
        for (const [at, value] of damage) image[at] = value;
        try {
          const plan = await planEdit(bytesSource(image), changes, run);
          expect((await collect(plan, run)).length).toBe(plan.size);
        } catch (error) {
          const isTyped = [InvalidImageError, UnsupportedError, InvalidInputError].some(
            (kind) => error instanceof kind,
          );
          if (!isTyped) throw error;
        }
      },
    ),
    { numRuns: runs(60) },
  );
});
