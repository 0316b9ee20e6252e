// Path table (ECMA-119 §9.4): every directory once, parents before children, once in each byte order.

import { type ByteString, byteStringOf } from '../../bytes/index.js';

export interface PathTableEntry {
  /** One zero byte for the root. */
  readonly identifier: ByteString;
  /** Block as stored. */
  readonly extent: number;
  /** Position of the parent in the table, from 1. */
  readonly parent: number;
}

export type ByteOrder = 'little' | 'big';

/** Bytes of one entry. */
export function pathTableEntryLength(identifier: ByteString): number {
  return 8 + identifier.length + (identifier.length % 2);
}

/** Writes the entries back to back into `size` bytes. */
export function renderPathTable(entries: Iterable<PathTableEntry>, size: number, order: ByteOrder): Uint8Array {
  const table = new Uint8Array(size);
  const view = new DataView(table.buffer);
  const little = order === 'little';
  let at = 0;
  for (const { identifier, extent, parent } of entries) {
    view.setUint8(at, identifier.length);
    view.setUint32(at + 2, extent, little);
    view.setUint16(at + 6, parent, little);
    for (let i = 0; i < identifier.length; i++) table[at + 8 + i] = identifier.charCodeAt(i);
    at += pathTableEntryLength(identifier);
  }
  return table;
}

/** The entries of a table, as far as its bytes are entries. */
export function readPathTable(table: Uint8Array, order: ByteOrder): PathTableEntry[] {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const little = order === 'little';
  const entries: PathTableEntry[] = [];
  for (let at = 0; at + 8 < table.length && table[at] !== 0; ) {
    const identifier = byteStringOf(table.subarray(at + 8, at + 8 + table[at]!));
    entries.push({
      identifier,
      extent: view.getUint32(at + 2, little) + table[at + 1]!,
      parent: view.getUint16(at + 6, little),
    });
    at += pathTableEntryLength(identifier);
  }
  return entries;
}
