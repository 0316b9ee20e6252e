// A file that is changed in place × every interruption: what a loss of power may leave of the recorded writes, for every prefix of them,
// is completed or taken back, and nothing else.
import { existsSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import {
  bytesSource,
  changeFile,
  type FileChange,
  fileTarget,
  openImageFile,
  quietRun,
  recoverFile,
  type Source,
  zeroContent,
} from '../../../src/io/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const path = join(scratch, 'image');
const journal = join(scratch, '.image.isopress-journal');
/** The journal before it gets its name. */
const draft = `${journal}.part`;
const OLD = noise(50_000, 1);
const SECTOR = 512;

type Step =
  | { readonly file: string; readonly kind: 'write'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly file: string; readonly kind: 'truncate'; readonly size: number }
  | { readonly file: string; readonly kind: 'sync' };

const steps: Step[] = [];
let stop: (() => void) | undefined;
afterEach(() => stop?.());

/** Records what every open file is told to do from now on. It is done too. */
async function record(): Promise<void> {
  const probe = await open(import.meta.filename);
  const prototype = Object.getPrototypeOf(probe) as FileHandle;
  await probe.close();
  const { write, truncate, sync } = prototype;
  const named = (handle: FileHandle) => readlinkSync(`/proc/self/fd/${handle.fd}`);
  steps.length = 0;
  Object.assign(prototype, {
    write(this: FileHandle, bytes: Uint8Array, from: number, length: number, at: number) {
      steps.push({ file: named(this), kind: 'write', at, bytes: bytes.slice(from, from + length) });
      return Reflect.apply(write, this, [bytes, from, length, at]);
    },
    truncate(this: FileHandle, size: number) {
      steps.push({ file: named(this), kind: 'truncate', size });
      return truncate.call(this, size);
    },
    sync(this: FileHandle) {
      steps.push({ file: named(this), kind: 'sync' });
      return sync.call(this);
    },
  });
  stop = () => Object.assign(prototype, { write, truncate, sync });
}

/** The bytes of a file after some of the steps. */
function played(start: Uint8Array, done: readonly Step[]): Uint8Array {
  let bytes = start.slice();
  const resize = (size: number) => {
    const other = new Uint8Array(size);
    other.set(bytes.subarray(0, size));
    bytes = other;
  };
  for (const step of done) {
    if (step.kind === 'truncate') resize(step.size);
    if (step.kind !== 'write') continue;
    if (step.at + step.bytes.length > bytes.length) resize(step.at + step.bytes.length);
    bytes.set(step.bytes, step.at);
  }
  return bytes;
}

/** The steps of a file that a medium may have: all before the last sync, and of the others none, all, or sectors of some. */
function* survivors(all: readonly Step[], file: string): Generator<Step[]> {
  const own = all.filter((step) => step.file === file);
  const synced = own.findLastIndex(({ kind }) => kind === 'sync') + 1;
  const [safe, open] = [own.slice(0, synced), own.slice(synced)];
  yield safe;
  if (open.length === 0) return;
  yield own;
  for (const seed of [1, 2]) {
    const chance = noise(open.length * 128, seed);
    yield [
      ...safe,
      ...open.flatMap((step, index): Step[] => {
        if (step.kind !== 'write') return chance[index]! & 1 ? [step] : [];
        const sectors = Math.ceil(step.bytes.length / SECTOR);
        return Array.from({ length: sectors }, (_, sector) => ({
          ...step,
          at: step.at + sector * SECTOR,
          bytes: step.bytes.slice(sector * SECTOR, (sector + 1) * SECTOR),
        })).filter((_, sector) => chance[open.length + ((index * 31 + sector) % (open.length * 100))]! & 1);
      }),
    ];
  }
}

/** The bytes that a medium may have under the name of the journal; undefined: none. */
function* journalsLeft(done: readonly Step[]): Generator<Uint8Array | undefined> {
  const isDrawn = done.some(({ file, kind }) => file === draft && kind === 'sync');
  const isNamed = isDrawn && done.some(({ file, kind }) => file === scratch && kind === 'sync');
  if (!isNamed) yield undefined;
  if (!isDrawn) return;
  const whole = done.map((step) => (step.file === draft ? { ...step, file: journal } : step));
  for (const kept of survivors(whole, journal)) yield played(new Uint8Array(0), kept);
}

const parts = (image: Source, size: number): FileChange => ({
  size,
  parts: [
    { at: 0, content: bytesSource(noise(700, 2)) },
    { at: 4096, content: zeroContent(9000) },
    // Old bytes that other parts overwrite: they are read before that.
    { at: 20_000, content: image.slice({ at: 0, length: 15_000 }) },
    { at: 49_000, content: image.slice({ at: 19_000, length: Math.min(12_000, size - 49_000) }) },
  ],
});

for (const [name, size] of [
  ['grows', 70_001],
  ['keeps its size', 50_000],
  ['shrinks', 49_500],
] as const) {
  test(`a file that ${name} is as it was or as it should be, after any interruption`, async () => {
    writeFileSync(path, OLD);
    const image = await openImageFile(fromText(path));
    const change = parts(image, size);
    const wanted = OLD.slice(0, Math.min(size, OLD.length));
    const expected = played(wanted, [{ file: path, kind: 'truncate', size }]);
    for (const { at, content } of change.parts) {
      let place = at;
      for await (const piece of content.pieces(quietRun())) {
        if ('hole' in piece) expected.fill(0, place, place + piece.hole);
        else expected.set(piece, place);
        place += 'hole' in piece ? piece.hole : piece.length;
      }
    }
    await record();
    await changeFile(fromText(path), image, change, quietRun());
    stop?.();
    await image.close();
    expect(Buffer.compare(readFileSync(path), expected)).toBe(0);
    expect(existsSync(journal)).toBe(false);
    const all = [...steps];
    const ends = new Map<string, number>();
    for (let count = 0; count <= all.length; count++) {
      const done = all.slice(0, count);
      const committed = done.filter(({ file, kind }) => file === journal && kind === 'sync').length === 2;
      for (const left of survivors(done, path)) {
        for (const kept of journalsLeft(done)) {
          writeFileSync(path, played(OLD, left));
          if (kept) writeFileSync(journal, kept);
          const recovery = await recoverFile(fromText(path));
          const found = readFileSync(path);
          const result = found.equals(OLD) ? 'undone' : found.equals(expected) ? 'completed' : 'neither';
          if (!kept) expect(recovery).toBe('nothing');
          expect({ count, result, left: existsSync(journal) }).toEqual({
            ...{ count, left: false },
            result: kept ? recovery : 'undone',
          });
          if (committed) expect(recovery).toBe('completed');
          ends.set(recovery, (ends.get(recovery) ?? 0) + 1);
        }
      }
    }
    expect(ends.get('undone')).toBeGreaterThan(5);
    expect(ends.get('completed')).toBeGreaterThan(5);
    expect(await recoverFile(fromText(path))).toBe('nothing');
  });
}

/** Changes the file, and returns the file and its journal as they were once it was committed. */
async function committed(old: Uint8Array, change: (image: Source) => FileChange) {
  writeFileSync(path, old);
  const image = await openImageFile(fromText(path));
  await record();
  await changeFile(fromText(path), image, change(image), quietRun());
  stop?.();
  await image.close();
  const ofJournal = steps.map((step) => (step.file === draft ? { ...step, file: journal } : step));
  const last = steps.findLastIndex(({ file, kind }) => file === journal && kind === 'sync');
  const whole = played(
    new Uint8Array(0),
    ofJournal.filter(({ file }) => file === journal),
  );
  const imageAfter = (count: number) =>
    played(
      old,
      steps.slice(0, count).filter(({ file }) => file === path),
    );
  return { whole, untouched: imageAfter(last), begun: imageAfter(last + 2), changed: imageAfter(steps.length) };
}

async function expectRefused(file: Uint8Array, journalBytes: Uint8Array): Promise<void> {
  writeFileSync(path, file);
  writeFileSync(journal, journalBytes);
  await expect(recoverFile(fromText(path))).rejects.toMatchObject({ code: 'target.journal' });
  expect(readFileSync(path).equals(file)).toBe(true);
  expect(readFileSync(journal).equals(journalBytes)).toBe(true);
}

test('a journal cut to any shorter length takes nothing back and completes nothing', async () => {
  const { whole, untouched, begun, changed } = await committed(noise(4000, 1), (image) => ({
    size: 4500,
    parts: [
      { at: 100, content: bytesSource(noise(300, 2)) },
      { at: 900, content: zeroContent(200) },
      { at: 2000, content: image.slice({ at: 0, length: 400 }) },
    ],
  }));
  for (let length = 0; length < whole.length; length++) {
    await expectRefused([untouched, begun, changed][length % 3]!, whole.slice(0, length));
  }
  rmSync(journal);
});

test('a journal whose end became zeros takes nothing back once the file was overwritten', async () => {
  const { whole, untouched, begun, changed } = await committed(OLD, (image) => parts(image, 70_001));
  const lost = whole.slice().fill(0, whole.length - SECTOR);
  for (const file of [begun, changed]) await expectRefused(file, lost);
  writeFileSync(path, untouched);
  expect(await recoverFile(fromText(path))).toBe('undone');
  expect(readFileSync(path).equals(OLD)).toBe(true);
});

test('a journal knows its image also by bytes far from its front', async () => {
  const old = noise(24 * 2 ** 20, 4);
  const change = { size: old.length, parts: [{ at: 0, content: bytesSource(noise(700, 2)) }] };
  const { whole, untouched } = await committed(old, () => change);
  const other = untouched.slice();
  other.set(noise(2 ** 20, 6), 11 * 2 ** 20);
  await expectRefused(other, whole);
  const end = untouched.slice();
  end[end.length - 1]! ^= 1;
  await expectRefused(end, whole);
  writeFileSync(path, untouched);
  expect(await recoverFile(fromText(path))).toBe('completed');
});

test('a journal of another image, a damaged one, and other bytes change nothing', async () => {
  const { whole } = await committed(OLD, (image) => parts(image, 70_001));
  const flipped = whole.slice();
  flipped[whole.length - 2000]! ^= 1;
  for (const [found, bytes] of [
    [noise(50_000, 9), whole],
    [OLD.slice(0, 40_000), whole],
    // Bytes after the old end are only in the file that was changed.
    [OLD, whole],
    [OLD, flipped],
    [OLD, noise(2000, 3)],
  ] as const) {
    writeFileSync(path, found);
    writeFileSync(journal, bytes);
    await expect(recoverFile(fromText(path))).rejects.toMatchObject({ code: 'target.journal' });
    expect(Buffer.compare(readFileSync(path), found)).toBe(0);
    expect(existsSync(journal)).toBe(true);
  }
  // A new image under the name would be taken for the changed one.
  const target = fileTarget(fromText(path), { force: true });
  await expect(target.check!()).rejects.toMatchObject({ code: 'target.unfinished' });
  await expect(target.open()).rejects.toMatchObject({ code: 'target.unfinished' });
  rmSync(path);
  await expect(target.check!()).rejects.toMatchObject({ code: 'target.unfinished' });
  rmSync(journal);
});
