// Kept regressions: each recipe of fixtures/damaged is made and opened by every reader.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { reportText } from '../../src/cli/output/report.js';
import { planDisc } from '../../src/disc/index.js';
import { InvalidImageError, UnsupportedError } from '../../src/errors.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { planFat } from '../../src/format/fat/index.js';
import { FORMATS, recogniseAll } from '../../src/image/formats.js';
import { inspectImage } from '../../src/image/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { verifyImage } from '../../src/verify/index.js';
import { erofsBytes } from '../support/erofs-images.js';
import { validReport } from '../support/reports.js';
import { squashfsBytes } from '../support/squashfs-images.js';
import { noise } from '../support/trees.js';

const folder = resolve(import.meta.dirname, '../../fixtures/damaged');
const recipes = readdirSync(folder).filter((name) => name.endsWith('.txt'));
const run = quietRun();
const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's' };
const TREE = FileTree.of({ 'a/file': file(bytesSource(noise(9000, 1))), 'b.txt': file(bytesSource(noise(10, 2))) });

/** The sound images that recipes start from. */
const IMAGES: Readonly<Record<string, () => Promise<Uint8Array>>> = {
  ext4: () => collect(planExt4(TREE, { ...given, size: 4 * 1024 * 1024 }), run),
  squashfs: () => squashfsBytes(TREE),
  erofs: () => erofsBytes(TREE),
  fat: () => collect(planFat(TREE, { ...given, size: 1024 * 1024 }), run),
  iso9660: () => collect(planDisc(TREE, given), run),
  udf: () => collect(planDisc(TREE, { ...given, udf: '2.01', iso9660: false }), run),
};

/** `0x8000+80`, `256*2048+16`. */
function offset(text: string): number {
  return text
    .split('+')
    .reduce((sum, term) => sum + term.split('*').reduce((product, one) => product * Number(one), 1), 0);
}

/** The image of a recipe, and what its own reader is expected to say. */
async function made(text: string): Promise<{ kind: string; image: Uint8Array; expected: string }> {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  let kind = '';
  let image = new Uint8Array();
  let expected = '';
  for (const [verb, ...words] of lines.map((line) => line.trim().split(/\s+/))) {
    if (verb === 'image') {
      kind = words[0]!;
      image = Uint8Array.from(await IMAGES[kind]!());
    } else if (verb === 'cut') image = image.slice(0, offset(words[0]!));
    else if (verb === 'expect') expected = words[0]!;
    else if (verb === 'at' && words[1] === 'set')
      image.set(
        words.slice(2).map((byte) => Number.parseInt(byte, 16)),
        offset(words[0]!),
      );
    else if (verb === 'at' && words[1] === 'sum') setTagSum(image.subarray(offset(words[0]!), offset(words[0]!) + 16));
    else throw new Error(`${verb} is not a verb of a recipe.`);
  }
  return { kind, image, expected };
}

/** The checksum of a UDF descriptor tag: the sum of its other fifteen bytes, in byte 4 (ECMA-167 3/7.2.3). */
function setTagSum(tag: Uint8Array): void {
  tag[4] = 0;
  tag[4] = tag.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

/** `files`, or the code of the error about the image. Any other error is a fault of the reader. */
async function outcome(image: Uint8Array, kind: string): Promise<string> {
  try {
    const format = FORMATS.find((one) => one.kind === kind)!;
    const tree = await (await format.open(bytesSource(image))).tree();
    for (const { node } of walk(tree)) if (node.kind === 'file') await collect(node.content, run);
    return 'files';
  } catch (error) {
    if (error instanceof InvalidImageError || error instanceof UnsupportedError) return error.code;
    throw error;
  }
}

test.each(recipes)('%s: files or an error about the image, from every reader', { timeout: 60_000 }, async (name) => {
  const { kind, image, expected } = await made(readFileSync(join(folder, name), 'utf8'));
  const own = await outcome(image, kind);
  if (expected !== 'either') expect(own.startsWith(expected), own).toBe(true);
  for (const { kind: other } of FORMATS) expect(await outcome(image, other)).toMatch(/^(files|[a-z\d]+\.[a-z\d.-]+)$/);
  expect(await recogniseAll(bytesSource(image))).toBeInstanceOf(Array);
  const facts = await inspectImage(bytesSource(image));
  expect(facts.size).toBe(image.length);
  validReport(reportText('info', { image: 'x', ...facts }));
  expect((await verifyImage(bytesSource(image), { run })).findings).toBeInstanceOf(Array);
});

test('there are recipes for every format', async () => {
  const kinds = recipes.map((name) => /^image (\S+)/m.exec(readFileSync(join(folder, name), 'utf8'))?.[1]);
  expect(new Set(kinds)).toEqual(new Set(Object.keys(IMAGES)));
});
