// Early ends of a compressed file: by its input, its threads, its reader.
import { expect, test } from 'vitest';
import type { BlockCompressor } from '../../../src/compress/compressor.js';
import { compressStream } from '../../../src/compress/streams/compress-stream.js';
import { gzip } from '../../../src/compress/streams/gzip.js';
import { openWorkerPool } from '../../../src/compress/worker-pool.js';
import { ToolError } from '../../../src/errors.js';
import { quietRun } from '../../../src/io/content.js';

const container = { ...gzip, partSize: 1000 };

async function* zeros(pieces: number, end?: Error): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < pieces; i++) yield new Uint8Array(1000);
  if (end) throw end;
}

async function size(stream: AsyncIterable<Uint8Array>): Promise<number> {
  let sum = 0;
  for await (const piece of stream) sum += piece.length;
  return sum;
}

/** Gives every block back as one byte, and counts. */
function counting(): BlockCompressor & { readonly counts: { blocks: number; closed: number } } {
  const counts = { blocks: 0, closed: 0 };
  return {
    counts,
    compress: async () => {
      counts.blocks++;
      return Uint8Array.of(0);
    },
    close: async () => {
      counts.closed++;
    },
  };
}

test('a thread that dies is the error of the stream', async () => {
  const open = () => openWorkerPool({ codec: 'gzip', engine: 'none such', level: 1, settings: {} }, quietRun(2));
  const stream = compressStream({ container, level: 6, open }, zeros(20), quietRun(2));
  await expect(size(stream)).rejects.toThrow(ToolError);
});

test('an error of the input is that of the stream, and the threads end', async () => {
  const compressor = counting();
  const stream = compressStream(
    { container, level: 6, open: () => compressor },
    zeros(3, new Error('gone')),
    quietRun(),
  );
  await expect(size(stream)).rejects.toThrow('gone');
  expect(compressor.counts.closed).toBe(1);
});

test('a reader that stops ends the threads, and not more is read ahead than the jobs need', async () => {
  const compressor = counting();
  const stream = compressStream({ container, level: 6, open: () => compressor }, zeros(1000), quietRun(2));
  for await (const piece of stream) if (piece.length === 1) break;
  expect(compressor.counts.closed).toBe(1);
  expect(compressor.counts.blocks).toBeLessThan(10);
});
