import { createHash } from 'node:crypto';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { InternalError, TargetError } from '../../../src/errors.js';
import type { Data, OpenContent, Piece, Run, Source } from '../../../src/io/content.js';
import { quietRun } from '../../../src/io/content.js';
import { exactContent } from '../../../src/io/exact.js';
import type { FileSource } from '../../../src/io/file.js';
import { fileTarget } from '../../../src/io/file-target.js';
import { openImageFile } from '../../../src/io/image-file.js';
import { bytesSource, collect, zeroContent } from '../../../src/io/memory.js';
import { packed } from '../../../src/io/packed.js';
import { cut } from '../../../src/io/pieces.js';
import { patchedPieces } from '../../../src/io/seal.js';
import { streamTarget } from '../../../src/io/stream-target.js';
import { memoryTarget } from '../../../src/io/target.js';
import { partPath } from '../../../src/io/target-place.js';
import { writeImage } from '../../../src/io/write-image.js';
import fc, { runs } from '../../support/random.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const run = quietRun();
const scratch = scratchDirectory();

function open(pieces: () => Iterable<Piece>): OpenContent & { layout: null } {
  return {
    layout: null,
    sizeLimit: 1 << 30,
    async *pieces() {
      yield* pieces();
    },
  };
}

describe('writeImage', () => {
  test('writes bytes, leaves holes, renders patches last, and seals the result', async () => {
    let total = 0;
    const plan = {
      ...open(function* () {
        yield { length: 4, render: () => Uint8Array.of(total, 0, 0, 9) };
        yield new Uint8Array(3_000_000).fill(1);
        yield { hole: 5_000_000 };
        yield Uint8Array.of(2);
        total = 77;
      }),
      seals: [
        {
          name: 'last byte',
          seal: async (image: { size: number; read(at: number, into: Uint8Array): Promise<void> }) => {
            const last = new Uint8Array(1);
            await image.read(image.size - 1, last);
            return [{ at: 1, bytes: last }];
          },
        },
      ],
    };
    const memory = memoryTarget();
    const report = await writeImage(plan, memory, run);
    const path = join(scratch, 'image');
    await writeImage(plan, fileTarget(fromText(path)), run);
    const bytes = memory.bytes();
    expect(report).toMatchObject({ size: 8_000_005, written: 3_000_001 });
    expect([...bytes.subarray(0, 5)]).toEqual([77, 2, 0, 9, 1]);
    expect([bytes[3_000_003], bytes[3_000_004], bytes[8_000_004]]).toEqual([1, 0, 2]);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a seal reads the hole at the end of the image', async () => {
    const read: number[] = [];
    const plan = {
      ...open(() => [Uint8Array.of(1), { hole: 9_000_000 }]),
      seals: [
        {
          name: 'end',
          seal: async (image: Source) => {
            const end = new Uint8Array(2);
            await image.read(image.size - 2, end);
            read.push(image.size, ...end);
            return [];
          },
        },
      ],
    };
    for (const target of [memoryTarget(), fileTarget(fromText(join(scratch, 'hole-at-end')))]) {
      await writeImage(plan, target, run);
    }
    expect(read).toEqual([9_000_001, 0, 0, 9_000_001, 0, 0]);
  });

  test('an error leaves the old file and no temporary one', async () => {
    const path = join(scratch, 'kept');
    writeFileSync(path, 'old');
    const failing = open(function* () {
      yield new Uint8Array(100);
      throw new InternalError('internal.test', 'stop');
    });
    await expect(writeImage(failing, fileTarget(fromText(path), { force: true }), run)).rejects.toThrow('stop');
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(existsSync(partPath(path))).toBe(false);
  });

  test('an existing file is kept unless forced', async () => {
    const path = join(scratch, 'there');
    writeFileSync(path, 'old');
    const plan = { layout: null, ...bytesSource(Uint8Array.of(1)) };
    await expect(writeImage(plan, fileTarget(fromText(path)), run)).rejects.toThrow(TargetError);
    await writeImage(plan, fileTarget(fromText(path), { force: true }), run);
    expect(readFileSync(path)).toEqual(Buffer.of(1));
  });

  test('an abort leaves nothing', async () => {
    const controller = new AbortController();
    const path = join(scratch, 'aborted');
    const plan = open(function* () {
      yield Uint8Array.of(1);
      controller.abort();
      yield Uint8Array.of(2);
    });
    const aborted = writeImage(plan, fileTarget(fromText(path)), { ...run, signal: controller.signal });
    await expect(aborted).rejects.toThrow();
    expect(existsSync(path) || existsSync(partPath(path))).toBe(false);
  });

  test('a second writer to the same name is noticed, and the first does not publish its half image', async () => {
    const path = fromText(join(scratch, 'contended'));
    const first = await fileTarget(path).open();
    const second = await fileTarget(path).open();
    await expect(first.publish()).rejects.toThrow('Another process');
    await second.complete(3);
    await second.publish();
    expect(readFileSync(path).length).toBe(3);
  });

  test('exact content goes to a pipe with its holes as zeros; backpatches do not', async () => {
    const chunks: Buffer[] = [];
    const pipe = new Writable({
      write: (chunk, _encoding, done) => {
        chunks.push(Buffer.from(chunk));
        done();
      },
    });
    async function* pieces(): AsyncGenerator<Data> {
      yield Uint8Array.of(1);
      yield { hole: 600_000 };
      yield Uint8Array.of(2);
    }
    const exact = { ...exactContent(600_002, pieces), layout: null };
    await writeImage(exact, streamTarget(pipe), run);
    const all = Buffer.concat(chunks);
    expect([all.length, all[0], all[1], all[600_001]]).toEqual([600_002, 1, 0, 2]);
    const patched = open(function* () {
      yield { length: 1, render: () => Uint8Array.of(1) };
    });
    await expect(writeImage(patched, streamTarget(pipe), run)).rejects.toThrow(TargetError);
  });

  test('a plan that produces another size than planned is a bug, not an image', async () => {
    const plan = { layout: null, ...bytesSource(new Uint8Array(3)), size: 4 };
    await expect(writeImage(plan, memoryTarget(), run)).rejects.toThrow(InternalError);
  });
});

test('packed slots equal their contents laid out by hand', async () => {
  const sizes = fc.array(fc.record({ size: fc.integer({ min: 0, max: 600_000 }), sync: fc.boolean() }), {
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(sizes, async (list) => {
      const slots = list.map(({ size, sync }, i) => {
        const whole = bytesSource(new Uint8Array(size).fill(i + 1));
        const content = sync ? whole : exactContent(size, (r) => whole.pieces(r));
        return { content, span: Math.ceil(size / 2048) * 2048 };
      });
      const size = slots.reduce((sum, slot) => sum + slot.span, 0);
      const whole = await collect(
        exactContent(size, (r) => packed(slots, r)),
        run,
      );
      let at = 0;
      expect(whole.length).toBe(size);
      for (const [i, { content, span }] of slots.entries()) {
        const expected = new Uint8Array(span);
        expected.fill(i + 1, 0, content.size);
        expect(Buffer.compare(whole.subarray(at, at + span), expected)).toBe(0);
        at += span;
      }
    }),
    { numRuns: runs(30) },
  );
});

test('cut gives the bytes of the ranges from any pieces', async () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(lengths, lengths, async (pieceLengths, rangeLengths) => {
      const size = pieceLengths.reduce((a, b) => a + b, 0);
      const whole = Uint8Array.from({ length: size }, (_, i) => i + 1);
      const ranges: { at: number; length: number }[] = [];
      for (let at = 0, i = 0; at < size; i++) {
        const length = Math.min(rangeLengths[i % rangeLengths.length]!, size - at);
        if (i % 2 === 0) ranges.push({ at, length });
        at += length;
      }
      async function* pieces(): AsyncGenerator<Data> {
        let at = 0;
        for (const length of pieceLengths) {
          yield whole.slice(at, at + length);
          at += length;
        }
      }
      const got: number[] = [];
      for await (const piece of cut(pieces(), ranges)) got.push(...(piece as Uint8Array));
      expect(got).toEqual(ranges.flatMap(({ at, length }) => [...whole.slice(at, at + length)]));
    }),
  );
});

describe('seals over a stream', () => {
  /** Sums all bytes into byte 2 and counts how often it looked. */
  const sealOf = (log: string[]) => ({
    name: 'sum',
    seal: async (image: Source) => {
      log.push('read');
      return [{ at: 2, bytes: Uint8Array.of((await collect(image, run)).reduce((sum, byte) => sum + byte, 0)) }];
    },
    stream: () => {
      log.push('streamed');
      let sum = 0;
      return {
        update: async (bytes: Uint8Array) => {
          for (const byte of bytes) sum += byte;
        },
        finish: async () => [{ at: 2, bytes: Uint8Array.of(sum) }],
      };
    },
  });

  test('take exact content on its way, also to a pipe, and give the same as reading the file', async () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i < 50 ? i : i % 7));
    const pieces = async function* () {
      yield bytes;
      yield { hole: 100_000 };
    };
    const log: string[] = [];
    const exact = { ...exactContent(300_000, pieces), layout: null, seals: [sealOf(log)] };
    const streamed = memoryTarget();
    await writeImage(exact, streamed, run);
    expect(log).toEqual(['streamed']);
    const read = memoryTarget();
    const { stream: _, ...reading } = sealOf(log);
    await writeImage({ ...exact, seals: [reading] }, read, run);
    expect(Buffer.compare(streamed.bytes(), read.bytes())).toBe(0);
    const piped: Uint8Array[] = [];
    const pipe = new Writable({
      write: (chunk, _encoding, done) => {
        piped.push(Uint8Array.from(chunk));
        done();
      },
    });
    await writeImage(exact, streamTarget(pipe, 'pipe'), run);
    expect(Buffer.compare(Buffer.concat(piped), read.bytes())).toBe(0);
    await expect(writeImage({ ...exact, seals: [reading] }, streamTarget(pipe, 'pipe'), run)).rejects.toThrow(
      TargetError,
    );
  });

  test('patches go into holes and over the borders of pieces', async () => {
    const patches = fc.array(fc.record({ at: fc.nat(90), bytes: fc.uint8Array({ minLength: 1, maxLength: 9 }) }), {
      maxLength: 4,
    });
    const shape = fc.array(fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 30 })), {
      minLength: 8,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(shape, patches, async (parts, list) => {
        const pieces = async function* (): AsyncGenerator<Data> {
          for (const part of parts) yield typeof part === 'number' ? { hole: part } : part;
        };
        const size = parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? part : part.length), 0);
        const fitting = list.filter(({ at, bytes }) => at + bytes.length <= size);
        const expected = await collect(exactContent(size, pieces), run);
        const wanted = expected.slice();
        for (const { at, bytes } of fitting) wanted.set(bytes, at);
        const content = exactContent(size, () => patchedPieces(pieces(), fitting) as AsyncIterable<Data>);
        expect(Buffer.from(await collect(content, run)).toString('hex')).toBe(Buffer.from(wanted).toString('hex'));
      }),
      { numRuns: runs(100) },
    );
  });
});

describe('an image with ranges of an open file', () => {
  const old = noise(3_000_000, 5);
  const path = join(scratch, 'old');
  /** Moved, kept short and new bytes, and a hole. */
  const planOf = (file: FileSource) => {
    const range = (at: number, length: number) => file.slice({ at, length });
    const parts = [
      range(1_500_000, 1_000_000),
      bytesSource(Uint8Array.of(1, 2, 3)),
      range(7, 5000),
      zeroContent(100_000),
      range(0, 1_400_001),
    ];
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    const pieces = async function* (each: Run) {
      for (const part of parts) yield* part.pieces(each);
    };
    return { ...exactContent(size, pieces), layout: null, parts };
  };
  const withFile = async <T>(use: (file: FileSource) => Promise<T>): Promise<T> => {
    writeFileSync(path, old);
    const file = await openImageFile(fromText(path));
    return use(file).finally(() => file.close());
  };

  test('is the same by the system, by reading, and with a digest, and no byte is written twice', async () => {
    await withFile(async (file) => {
      const plan = planOf(file);
      const read = memoryTarget();
      await writeImage(plan, read, run);
      for (const sha256 of [false, true]) {
        const to = join(scratch, `copied-${sha256}`);
        const report = await writeImage(plan, fileTarget(fromText(to)), run, { sha256 });
        expect(readFileSync(to).equals(read.bytes())).toBe(true);
        expect(report).toMatchObject({ size: plan.size, written: plan.size - 100_000 });
        expect(report.sha256).toBe(sha256 ? createHash('sha256').update(read.bytes()).digest('hex') : undefined);
      }
      expect(readFileSync(path).equals(old)).toBe(true);
    });
  });

  test.each([
    ['where it stays', { at: 100_000, length: 1_200_000 }, 1_205_003],
    ['over other bytes and a hole of the image', { at: 0, length: 3_000_000 }, 400_000],
    ['behind the end of the image', { at: 0, length: 900_000 }, 2_400_000],
    ['all of it', { at: 0, length: 3_000_000 }, 1_105_003],
  ])('is the same if a part was copied ahead: %s', async (name, range, at) => {
    await withFile(async (file) => {
      const plan = planOf(file);
      const read = memoryTarget();
      await writeImage(plan, read, run);
      const to = join(scratch, `ahead ${name}`);
      const target = fileTarget(fromText(to));
      target.copyAhead?.(file.slice(range), at);
      const { size, written } = await writeImage(plan, target, run);
      expect(readFileSync(to).equals(read.bytes())).toBe(true);
      expect(size).toBe(plan.size);
      expect(written).toBeGreaterThanOrEqual(plan.size - 100_000);
      expect(existsSync(partPath(to))).toBe(false);
    });
  });

  test('leaves nothing if it was copied ahead and is not written', async () => {
    await withFile(async (file) => {
      const to = join(scratch, 'abandoned');
      const target = fileTarget(fromText(to));
      target.copyAhead?.(file, 0);
      await target.abandon?.();
      expect(existsSync(to) || existsSync(partPath(to))).toBe(false);
      const missing = fileTarget(fromText(join(scratch, 'no directory', 'image')));
      missing.copyAhead?.(file, 0);
      await expect(writeImage(planOf(file), missing, run)).rejects.toThrow(TargetError);
      await missing.abandon?.();
    });
  });

  test('is not written from a file that became shorter, and leaves nothing', async () => {
    await withFile(async (file) => {
      const plan = planOf(file);
      truncateSync(path, 2_000_000);
      const to = join(scratch, 'short');
      await expect(writeImage(plan, fileTarget(fromText(to)), run)).rejects.toThrow('2000000 found');
      expect(existsSync(to) || existsSync(partPath(to))).toBe(false);
    });
  });
});
