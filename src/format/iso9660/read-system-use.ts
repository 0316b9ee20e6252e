// System use fields as they are read: those of a record, and where they continue elsewhere (IEEE P1281 §4–5).

import { InvalidImageError } from '../../errors.js';
import type { Range } from '../../io/index.js';
import { BLOCK } from './geometry.js';

/** Continuations of one record; Linux follows 32. */
const MOST_AREAS = 64;
const HEAD = 4;
const CE_DATA = 24;

export interface UseField {
  /** Two letters. */
  readonly signature: string;
  /** The data after the head of four bytes. */
  readonly data: Uint8Array;
  /** The whole field. */
  readonly bytes: Uint8Array;
}

/** Anything that reads bytes of an image. */
interface Bytes {
  bytes(range: Range): Promise<Uint8Array>;
}

/** All fields of a record, continuations followed; CE and ST are not among them. */
export async function useFields(volume: Bytes, use: Uint8Array): Promise<UseField[]> {
  const fields: UseField[] = [];
  let area: Uint8Array | undefined = use;
  for (let areas = 0; area; areas++) {
    if (areas > MOST_AREAS)
      throw new InvalidImageError('iso9660.system-use', 'System use fields continue without end.');
    const next: Range | undefined = readArea(area, fields);
    area = next && (await volume.bytes(next));
  }
  return fields;
}

/** Adds the fields of an area; where they continue. */
function readArea(area: Uint8Array, fields: UseField[]): Range | undefined {
  let next: Range | undefined;
  for (let at = 0; at + HEAD <= area.length; ) {
    const length = area[at + 2]!;
    // Padding, or bytes of something else after the last field.
    if (length < HEAD || at + length > area.length) break;
    const signature = String.fromCharCode(area[at]!, area[at + 1]!);
    const bytes = area.subarray(at, at + length);
    const data = bytes.subarray(HEAD);
    at += length;
    if (signature === 'ST') break;
    if (signature === 'CE') next = continuation(data);
    else fields.push({ signature, data, bytes });
  }
  return next;
}

function continuation(data: Uint8Array): Range {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [block, offset, length] =
    data.length < CE_DATA ? [0, 0, BLOCK + 1] : [0, 8, 16].map((at) => view.getUint32(at, true));
  if (offset! + length! > BLOCK) throw new InvalidImageError('iso9660.system-use', 'A continuation crosses a block.');
  return { at: block! * BLOCK + offset!, length: length! };
}
