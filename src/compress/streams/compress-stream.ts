// A stream into a compressed file: cut into parts of fixed size, which are compressed at the same time and joined in order.

import { asBytes, type Data, inOrder, type Run } from '../../io/index.js';
import { type BlockCompressor, blockBuffer } from '../compressor.js';
import type { Container } from './container.js';

/** Parts under way for each job: the one it works on, and one more so that it does not wait for the next. */
const PARTS_PER_JOB = 2;

/** The compressor and its settings. */
export interface StreamCoding {
  readonly container: Container;
  readonly level: number;
  open(run: Run): BlockCompressor;
}

/**
 * The compressed file of a stream; its bytes do not depend on how the stream was cut into pieces, or on `run.jobs`. A piece
 * that it gives is lent until the next one is asked for.
 */
export async function* compressStream(
  { container, level, open }: StreamCoding,
  pieces: AsyncIterable<Data>,
  run: Run,
): AsyncGenerator<Uint8Array> {
  const compressor = open(run);
  const wrapper = container.open(level);
  const buffers: Uint8Array[] = [];
  const buffer = () => buffers.pop() ?? blockBuffer(compressor, container.partSize);
  try {
    yield wrapper.head();
    const compress = async (part: Part) => ({ ...part, coded: await compressor.compress(part.bytes) });
    const width = Math.max(1, run.jobs) * PARTS_PER_JOB;
    for await (const { bytes, whole, coded } of inOrder(parts(pieces, buffer), width, compress)) {
      yield* wrapper.part(bytes, coded);
      buffers.push(whole);
      if (coded) compressor.release?.(coded);
    }
    yield wrapper.tail();
  } finally {
    await compressor.close();
  }
}

interface Part {
  readonly bytes: Uint8Array;
  /** The buffer that they are the start of. */
  readonly whole: Uint8Array;
}

/** Cuts a stream into buffers, all full except the last. */
async function* parts(pieces: AsyncIterable<Data>, buffer: () => Uint8Array): AsyncGenerator<Part> {
  let whole: Uint8Array | undefined;
  let filled = 0;
  for await (const piece of asBytes(pieces)) {
    for (let at = 0; at < piece.length; ) {
      whole ??= buffer();
      const taken = Math.min(piece.length - at, whole.length - filled);
      whole.set(piece.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < whole.length) continue;
      yield { bytes: whole, whole };
      whole = undefined;
      filled = 0;
    }
  }
  if (whole) yield { bytes: whole.subarray(0, filled), whole };
}
