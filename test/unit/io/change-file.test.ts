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
      const committed = done.filter(({ file, kind }) => file === journal && kind === 'sync').length === 3;
      for (const left of survivors(done, path)) {
        for (const kept of survivors(done, journal)) {
          writeFileSync(path, played(OLD, left));
          writeFileSync(journal, played(new Uint8Array(0), kept));
          const recovery = await recoverFile(fromText(path));
          const found = readFileSync(path);
          const result = found.equals(OLD) ? 'undone' : found.equals(expected) ? 'completed' : 'neither';
          expect({ count, result, left: existsSync(journal) }).toEqual({ count, result: recovery, left: false });
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

test('a journal of another image, a damaged one, and other bytes change nothing', async () => {
  writeFileSync(path, OLD);
  const image = await openImageFile(fromText(path));
  await record();
  await changeFile(fromText(path), image, parts(image, 70_001), quietRun());
  stop?.();
  await image.close();
  const whole = played(
    new Uint8Array(0),
    steps.filter(({ file }) => file === journal),
  );
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
