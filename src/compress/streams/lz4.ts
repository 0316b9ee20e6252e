// LZ4 in the legacy frame, the only one that Linux unpacks: blocks of 8 MiB, each with its compressed length before it (LZ4
// frame format, "Legacy frame").

import type { Container } from './container.js';

const MAGIC = 0x184c_2102;
/** Bits of a token below the number of literals, and the number from which on more bytes follow. */
const LITERAL_SHIFT = 4;
const LONG = 15;

export const lz4: Container<'lz4'> = {
  name: 'lz4',
  levels: { least: 1, most: 12, usual: 9 },
  partSize: 8 * 1024 * 1024,
  codec: 'lz4',
  parameters: (level) => [level],
  open: () => ({
    head: () => word(MAGIC),
    part(bytes, coded) {
      const data = coded ? [coded] : literals(bytes);
      return [word(data.reduce((sum, { length }) => sum + length, 0)), ...data];
    },
    tail: () => new Uint8Array(0),
  }),
};

/** A block of one sequence without a match: a legacy frame has no other way to keep bytes as they are. */
function literals(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length < LONG) return [Uint8Array.of(bytes.length << LITERAL_SHIFT), bytes];
  const rest = bytes.length - LONG;
  const length = new Uint8Array(Math.floor(rest / 0xff) + 1).fill(0xff);
  length[length.length - 1] = rest % 0xff;
  return [Uint8Array.of(LONG << LITERAL_SHIFT), length, bytes];
}

function word(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
