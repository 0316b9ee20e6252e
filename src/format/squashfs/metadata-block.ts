// Metadata blocks: every table is a run of blocks of at most 8192 bytes, each with a 16-bit header
// (squashfs 4.0 format, "Packing metadata").

/** Bytes of content in every metadata block of a table but its last. */
export const METADATA_SIZE = 8192;
/** Bytes of the header. */
export const METADATA_HEADER = 2;
const STORED = 0x8000;

/** A block with its header. `compressed` is undefined for a block that is stored as it is. */
export function renderMetadataBlock(content: Uint8Array, compressed: Uint8Array | undefined): Uint8Array {
  const body = compressed ?? content;
  const block = new Uint8Array(METADATA_HEADER + body.length);
  const header = compressed ? body.length : body.length | STORED;
  block[0] = header & 0xff;
  block[1] = header >>> 8;
  block.set(body, METADATA_HEADER);
  return block;
}

/** Most bytes that a table of `length` bytes takes: no block is ever larger than its content and header. */
export function metadataLimit(length: number): number {
  return length + METADATA_HEADER * Math.ceil(length / METADATA_SIZE);
}

/** Where something is in a table: first byte of its block, counted from the table, and place in the block's content. */
export interface MetadataPlace {
  readonly block: number;
  readonly offset: number;
}

/** The 64-bit form of a place; 48 bits for the block, so a plain number holds it. */
export function metadataRef(place: MetadataPlace): number {
  return place.block * 0x1_0000 + place.offset;
}
