// The tables after the directory table: metadata blocks that a list of offsets makes searchable by number.

import { byteStringOf, bytesOf } from '../../bytes/index.js';
import type { BlockCompressor } from '../../compress/index.js';
import type { Run } from '../../io/index.js';
import type { Xattr } from '../../tree/index.js';
import { type FragmentEntry, fragmentEntry } from './data-block.js';
import { metadataRef } from './metadata-block.js';
import { MetadataTable } from './metadata-table.js';
import { setSize } from './plan-xattrs.js';
import {
  OUT_OF_LINE,
  XATTR_PREFIXES,
  xattrKey,
  xattrPrefix,
  xattrReference,
  xattrSet,
  xattrTableHeader,
  xattrValue,
} from './xattr.js';

/** A finished table: its bytes, and where in the image the superblock has to point. */
export interface RenderedTable {
  readonly parts: readonly Uint8Array[];
  readonly at: number;
}

/** The inputs for rendering a table. */
export interface TableContext {
  readonly compressor: BlockCompressor;
  readonly stored: boolean;
  readonly run: Run;
}

/**
 * A table of `content` whose first block is at byte `start` of the image. The superblock points to the list of the blocks'
 * offsets after them, or to the `header` before that list.
 */
export async function renderLookup(
  content: Uint8Array,
  start: number,
  context: TableContext,
  header: readonly Uint8Array[] = [],
): Promise<RenderedTable> {
  const table = new MetadataTable(context.compressor, context.stored, context.run);
  table.append(content);
  const blocks = await table.finish();
  const list = u64List(table.starts.map((at) => start + at));
  return { parts: [...blocks, ...header, list], at: start + table.size };
}

/** Content of the fragment table. */
export function fragmentEntries(fragments: readonly FragmentEntry[]): Uint8Array {
  const bytes = new Uint8Array(fragments.length * fragmentEntry.size);
  for (const [index, entry] of fragments.entries()) fragmentEntry.encodeInto(entry, bytes, index * fragmentEntry.size);
  return bytes;
}

/** 32-bit numbers, back to back. */
export function u32List(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return bytes;
}

/** 64-bit numbers, back to back. */
export function u64List(values: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(values.length * 8);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < values.length; index++) view.setBigUint64(index * 8, BigInt(values[index]!), true);
  return bytes;
}

/** The xattr table, first byte at `start`: keys and values, then the sets, then a header with the list of offsets. */
export async function renderXattrs(
  sets: readonly (readonly Xattr[])[],
  start: number,
  context: TableContext,
): Promise<RenderedTable> {
  const { keys, places } = await renderKeys(sets, context);
  const blocks = await keys.finish();
  const entries = new Uint8Array(sets.length * xattrSet.size);
  for (const [index, xattrs] of sets.entries()) {
    const place = metadataRef(keys.place(places[index]!));
    xattrSet.encodeInto({ place, count: xattrs.length, size: setSize(xattrs) }, entries, index * xattrSet.size);
  }
  const header = xattrTableHeader.encode({ keysAt: start, setCount: sets.length });
  const lookup = await renderLookup(entries, start + keys.size, context, [header]);
  return { parts: [...blocks, ...lookup.parts], at: lookup.at };
}

/** Keys and values of all sets. A value that was there before is referred to. */
async function renderKeys(sets: readonly (readonly Xattr[])[], { compressor, stored, run }: TableContext) {
  const keys = new MetadataTable(compressor, stored, run);
  const places = new Float64Array(sets.length);
  const known = new Map<string, number>();
  for (const [index, xattrs] of sets.entries()) {
    places[index] = keys.position;
    for (const xattr of xattrs) {
      const type = xattrPrefix(xattr.name);
      const name = bytesOf(xattr.name).subarray(XATTR_PREFIXES[type]!.length);
      // A reference only pays for a longer value.
      const identity = xattr.value.length > xattrReference.size ? byteStringOf(xattr.value) : '';
      const earlier = identity === '' ? undefined : known.get(identity);
      keys.append(
        xattrKey.encode({ type: earlier === undefined ? type : type | OUT_OF_LINE, nameLength: name.length }),
      );
      keys.append(name);
      if (identity !== '' && earlier === undefined) known.set(identity, keys.position);
      if (earlier !== undefined && !keys.isPlaced(earlier)) await keys.settle();
      const value =
        earlier === undefined ? xattr.value : xattrReference.encode({ place: metadataRef(keys.place(earlier)) });
      keys.append(xattrValue.encode({ length: value.length }));
      keys.append(value);
    }
  }
  return { keys, places };
}
