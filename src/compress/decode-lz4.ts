// LZ4 blocks back into bytes (LZ4 block format), with every length and distance checked.

/** Lengths from here on go on in further bytes. */
const LONG = 15;
const LEAST_MATCH = 4;

/** The bytes of a block, at most `limit`. Throws for anything that is not a whole block. */
export function decodeLz4(block: Uint8Array, limit: number): Uint8Array {
  const output = new Uint8Array(limit);
  let at = 0;
  let end = 0;
  const length = (start: number): number => {
    let sum = start;
    if (start < LONG) return sum;
    for (let more = 0xff; more === 0xff; sum += more) {
      if (at >= block.length) throw new Error('a length is cut off');
      more = block[at++]!;
    }
    return sum;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >>> 4);
    if (at + literals > block.length || end + literals > limit) throw new Error('literals lead out of the block');
    output.set(block.subarray(at, at + literals), end);
    at += literals;
    end += literals;
    if (at === block.length) return output.subarray(0, end);
    if (at + 2 > block.length) throw new Error('a distance is cut off');
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const match = length(token & LONG) + LEAST_MATCH;
    if (distance === 0 || distance > end || end + match > limit) throw new Error('a match leads out of the block');
    copyMatch(output, end, distance, match);
    end += match;
  }
  throw new Error('the last literals are missing');
}

/** Copies what lies `distance` bytes before; it may run into what it writes. */
export function copyMatch(output: Uint8Array, at: number, distance: number, length: number): void {
  if (distance >= length) output.copyWithin(at, at - distance, at - distance + length);
  else for (let i = at; i < at + length; i++) output[i] = output[i - distance]!;
}
