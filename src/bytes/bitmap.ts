// Allocation bitmaps as file systems store them: bit n of the map is bit n % 8 (lowest first) of byte n / 8.

/** Sets `length` bits from bit `from`. */
export function setBits(map: Uint8Array, from: number, length: number): void {
  let bit = from;
  const end = from + length;
  while (bit < end && bit % 8 !== 0) setBit(map, bit++);
  const wholeEnd = end - (end % 8);
  if (bit < wholeEnd) {
    map.fill(0xff, bit / 8, wholeEnd / 8);
    bit = wholeEnd;
  }
  while (bit < end) setBit(map, bit++);
}

export function setBit(map: Uint8Array, bit: number): void {
  map[bit >>> 3]! |= 1 << (bit & 7);
}

export function testBit(map: Uint8Array, bit: number): boolean {
  return ((map[bit >>> 3] ?? 0) & (1 << (bit & 7))) !== 0;
}

/** Clears `length` bits from bit `from` on. */
export function clearBits(map: Uint8Array, from: number, length: number): void {
  for (let bit = from; bit < from + length; bit++) map[bit >>> 3]! &= ~(1 << (bit & 7));
}
