// npm run fuzz -- --seconds N | --cases N [--format F] [--seed S]
// Changes sound images at random, in half of the cases with checksums that are right again, and opens them with every reader and with
// `verify`. Each has to give files or an error about the image, in ten seconds and without much memory. A failure is printed as a
// recipe for fixtures/damaged, and ends with 1.
import { parseArgs } from 'node:util';
import { crc32, crc32c, crcCcitt } from '../dist/bytes/index.js';
import {
  chooseCompression,
  FileTree,
  file,
  InvalidImageError,
  inspectImage,
  openImage,
  planDisc,
  planErofs,
  planExt4,
  planFat,
  planSquashfs,
  symlink,
  timestamp,
  toBytes,
  UnsupportedError,
  verifyImage,
  walk,
} from '../dist/index.js';
import { bytesSource } from '../dist/io/index.js';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    // Instead of a time. With a seed, the same images on any machine.
    cases: { type: 'string' },
    format: { type: 'string' },
    seed: { type: 'string' },
  },
});
const MOST_SECONDS = 10;
let idle = process.memoryUsage().rss;
const MOST_MEMORY = 400 * 2 ** 20;
const MOST_READ = 64 * 2 ** 20;
const INTERESTING = [0, 1, 2, 0x7f, 0x80, 0xff];

/** A generator of numbers in [0, n), the same for the same seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) % n;
  };
}

const noise = (length, seed) => {
  const next = random(seed);
  return Uint8Array.from({ length }, () => next(256));
};

const epoch = timestamp(1_700_000_000);
const given = { epoch, seed: 's' };
const small = Object.fromEntries(
  Array.from({ length: 40 }, (_, i) => [`d/e/f${i}`, file(noise(50 + i, i), { uid: i })]),
);
const TREE = FileTree.of({
  'a/file': file(noise(90_000, 1)),
  'b.txt': file(noise(10, 2)),
  l: symlink('a/file'),
  ...small,
});
const gzip = chooseCompression({ name: 'gzip', level: 1 });

/** Sound images by the names of recipes, and how their checksums are made right. */
const IMAGES = {
  ext4: { plan: () => planExt4(TREE, { ...given, size: 4 * 2 ** 20 }), reseal: resealExt4, head: 64 * 1024 },
  squashfs: { plan: () => planSquashfs(TREE, { compression: gzip, epoch }), head: 96 },
  erofs: { plan: () => planErofs(TREE, given), reseal: resealErofs, head: 2048 },
  fat: { plan: () => planFat(TREE, { ...given, size: 2 ** 20 }), head: 8192 },
  iso9660: {
    plan: () => planDisc(TREE, { ...given, joliet: true, partitionTable: 'gpt' }),
    reseal: resealGpt,
    head: 120 * 1024,
  },
  udf: { plan: () => planDisc(TREE, { ...given, udf: '2.01', iso9660: false }), reseal: resealTags, head: 560 * 1024 },
};

const view = (image) => new DataView(image.buffer, image.byteOffset, image.byteLength);

function resealExt4(image) {
  view(image).setUint32(1024 + 0x3fc, crc32c(~0, image, 1024, 1024 + 0x3fc), true);
}

function resealErofs(image) {
  image.fill(0, 1028, 1032);
  view(image).setUint32(1028, crc32c(~0, image, 1024, Math.min(4096, image.length)), true);
}

function resealGpt(image) {
  const size = Math.min(512, view(image).getUint32(512 + 12, true));
  image.fill(0, 528, 532);
  view(image).setUint32(528, crc32(image.subarray(512, 512 + size)), true);
}

/** The tags of all descriptors whose kinds are known. */
function resealTags(image) {
  for (let at = 0; at + 512 <= image.length; at += 2048) {
    const id = view(image).getUint16(at, true);
    const length = view(image).getUint16(at + 10, true);
    if (id === 0 || (id > 9 && (id < 256 || id > 266)) || at + 16 + length > image.length) continue;
    view(image).setUint16(at + 8, crcCcitt(image.subarray(at + 16, at + 16 + length)), true);
    image[at + 4] = 0;
    image[at + 4] = image.subarray(at, at + 16).reduce((sum, byte) => sum + byte, 0) & 0xff;
  }
}

/** One to eight changes, most of them where the structures are; as bytes set at offsets. */
function changesOf(image, head, next) {
  const changes = [];
  for (let count = 1 + next(8); count > 0; count--) {
    const at = next(next(4) === 0 ? image.length - 4 : Math.min(head, image.length - 4));
    const length = 1 + next(4);
    const byte = () => (next(2) === 0 ? INTERESTING[next(INTERESTING.length)] : next(256));
    changes.push({ at, bytes: Array.from({ length }, byte) });
  }
  return changes;
}

/** Why the image was not handled as it should be; undefined if it was. */
async function faultOf(image) {
  const source = bytesSource(image);
  const began = performance.now();
  try {
    // Neither throws because of what the bytes are.
    await inspectImage(source);
    await verifyImage(source, {});
  } catch (error) {
    return error.stack ?? String(error);
  }
  try {
    await readAll(source);
  } catch (error) {
    if (!(error instanceof InvalidImageError) && !(error instanceof UnsupportedError))
      return error.stack ?? String(error);
  }
  const seconds = (performance.now() - began) / 1000;
  if (seconds > MOST_SECONDS) return `It took ${seconds.toFixed(1)} s.`;
  const { rss } = process.memoryUsage();
  return rss - idle > MOST_MEMORY ? `The process has ${Math.round(rss / 2 ** 20)} MiB.` : undefined;
}

async function readAll(source) {
  const tree = await (await openImage(source)).tree();
  let read = 0;
  for (const { node } of walk(tree)) {
    if (node.kind !== 'file' || read > MOST_READ) continue;
    try {
      for await (const piece of node.content.pieces({ jobs: 1, report: () => {} })) {
        read += piece.length ?? 0;
        if (read > MOST_READ) break;
      }
    } catch (error) {
      if (!(error instanceof InvalidImageError) && !(error instanceof UnsupportedError)) throw error;
    }
  }
}

function recipe(name, changes, cut, resealed, fault) {
  const hex = (bytes) => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return [
    `# ${fault.split('\n')[0]}${resealed ? ' (after checksums were made right)' : ''}`,
    `image ${name}`,
    ...changes.map(({ at, bytes }) => `at ${at} set ${hex(bytes)}`),
    ...(cut === undefined ? [] : [`cut ${cut}`]),
    'expect either',
  ].join('\n');
}

const names = values.format === undefined ? Object.keys(IMAGES) : [values.format];
const unknown = names.find((name) => !Object.hasOwn(IMAGES, name));
if (unknown !== undefined) {
  console.error(`There is no format ${unknown}: ${Object.keys(IMAGES).join(', ')}.`);
  process.exit(2);
}
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
const next = random(seed);
const sound = new Map();
for (const name of names) sound.set(name, await toBytes(IMAGES[name].plan()));
for (const [name, image] of sound) {
  const fault = await faultOf(image);
  if (fault !== undefined) throw new Error(`The sound image ${name}: ${fault}`);
}
idle = process.memoryUsage().rss;
const end = values.cases === undefined ? performance.now() + Number(values.seconds) * 1000 : Number.POSITIVE_INFINITY;
const most = Number(values.cases ?? Number.POSITIVE_INFINITY);
let cases = 0;
let failures = 0;
while (cases < most && performance.now() < end) {
  const name = names[cases % names.length];
  const { head, reseal } = IMAGES[name];
  let image = Uint8Array.from(sound.get(name));
  const changes = changesOf(image, head, next);
  for (const { at, bytes } of changes) image.set(bytes.slice(0, image.length - at), at);
  const resealed = reseal !== undefined && next(2) === 0;
  if (resealed) reseal(image);
  const cut = next(16) === 0 ? next(image.length) : undefined;
  if (cut !== undefined) image = image.slice(0, cut);
  const fault = await faultOf(image);
  cases++;
  if (fault === undefined) continue;
  failures++;
  console.log(`${recipe(name, changes, cut, resealed, fault)}\n${fault}\n`);
}
console.log(`fuzz: ${cases} images of ${names.join(', ')}, seed ${seed}, ${failures} failures`);
process.exit(failures > 0 ? 1 : 0);
