// System Use Sharing Protocol (IEEE P1281 §4–5): fields after a directory record, and how they continue elsewhere.

import { concatBytes } from '../../bytes/index.js';
import type { FieldRun } from './field-run.js';
import { BLOCK } from './geometry.js';

/** Bytes of a CE field. */
const CE = 28;

/** A field: two letters, length, version, data. */
export function suspField(signature: string, data: Uint8Array, version = 1): Uint8Array {
  const field = new Uint8Array(4 + data.length);
  field[0] = signature.charCodeAt(0);
  field[1] = signature.charCodeAt(1);
  field[2] = field.length;
  field[3] = version;
  field.set(data, 4);
  return field;
}

/** SP: the protocol is in use; must be the first field of the root's "." record. */
export const SP = suspField('SP', Uint8Array.of(0xbe, 0xef, 0));

/** ER: names the extension whose fields follow, with the texts that extension prescribes. */
export function erField(id: string, description: string, source: string): Uint8Array {
  const lengths = Uint8Array.of(id.length, description.length, source.length, 1);
  return suspField('ER', concatBytes([lengths, new TextEncoder().encode(id + description + source)]));
}

/** CE: fields continue at byte `offset` of `block` for `length` bytes. */
function ceField(block: number, offset: number, length: number): Uint8Array {
  const data = new Uint8Array(CE - 4);
  const view = new DataView(data.buffer);
  for (const [i, value] of [block, offset, length].entries()) {
    view.setUint32(i * 8, value, true);
    view.setUint32(i * 8 + 4, value, false);
  }
  return suspField('CE', data);
}

/** A run of fields outside the record: `at` bytes into the continuation area, fields `from`…`to`, `length` bytes with a CE if one follows. */
interface Chunk {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

const NO_CHUNKS: readonly Chunk[] = [];

/** How the fields of one record are spread. */
export interface Spread {
  /** How many fields stay in the record. */
  readonly inline: number;
  /** Bytes the record spends on system use, the CE field included. */
  readonly inlineLength: number;
  readonly chunks: readonly Chunk[];
}

/** The continuation area of one directory while it is being filled. No run of fields crosses a block: Linux refuses that. */
export class ContinuationArea {
  #end = 0;

  /** Whole blocks needed so far. */
  get blocks(): number {
    return Math.ceil(this.#end / BLOCK);
  }

  /** Spreads fields over `room` bytes in the record and, if need be, the area. */
  spread(fields: FieldRun, room: number): Spread {
    const { count, length: total } = fields;
    if (total <= room) return { inline: count, inlineLength: total, chunks: NO_CHUNKS };
    let inline = 0;
    let used = 0;
    while (used + fields.lengthOf(inline) <= room - CE) used += fields.lengthOf(inline++);
    return { inline, inlineLength: used + CE, chunks: this.#continue(fields, inline, total - used) };
  }

  #continue(fields: FieldRun, first: number, bytes: number): Chunk[] {
    const chunks: Chunk[] = [];
    let left = bytes;
    for (let from = first; from < fields.count; ) {
      const free = BLOCK - (this.#end % BLOCK);
      if (left > free && free < BLOCK) {
        this.#end += free;
        continue;
      }
      let to = from;
      let length = 0;
      const room = left <= free ? free : free - CE;
      while (to < fields.count && length + fields.lengthOf(to) <= room) length += fields.lengthOf(to++);
      left -= length;
      const whole = to < fields.count ? length + CE : length;
      chunks.push({ at: this.#end, from, to, length: whole });
      this.#end += whole;
      from = to;
    }
    return chunks;
  }
}

/**
 * Carries out a spread: writes the continued fields into `area`, which is at block `areaBlock` as stored, and returns
 * the bytes for the record itself.
 */
export function applySpread(spread: Spread, fields: FieldRun, area: Uint8Array, areaBlock: number): Uint8Array {
  const [first] = spread.chunks;
  if (!first) return fields.slice(0, fields.count);
  const link = ({ at, length }: Chunk) => ceField(areaBlock + Math.floor(at / BLOCK), at % BLOCK, length);
  for (const [i, chunk] of spread.chunks.entries()) {
    const next = spread.chunks[i + 1];
    const part = fields.slice(chunk.from, chunk.to);
    area.set(part, chunk.at);
    if (next) area.set(link(next), chunk.at + part.length);
  }
  return concatBytes([fields.slice(0, spread.inline), link(first)]);
}
