// Lists of allocation descriptors as they are read (ECMA-167 4/14.14).

import { EXTENT_KIND, EXTENT_LENGTH, longDescriptor, shortDescriptor } from './allocation.js';
import type { LongAddress } from './fields.js';
import { DATA_FORM } from './file-entry.js';

/** A descriptor in a list. */
export interface ListedExtent {
  /** Its first byte in the list. */
  readonly at: number;
  readonly address: LongAddress;
  /** Bytes. */
  readonly length: number;
  /** One of {@link EXTENT_KIND}. */
  readonly kind: number;
}

/** The descriptors of a list to its end, or to the one that says where it continues. Short ones are in `partition`. */
export function* extentsIn(list: Uint8Array, form: number, partition: number): Generator<ListedExtent> {
  const width = form === DATA_FORM.short ? shortDescriptor.size : longDescriptor.size;
  for (let at = 0; at + width <= list.length; at += width) {
    const address: LongAddress =
      form === DATA_FORM.short
        ? { ...shortDescriptor.decode(list, at), partition, uniqueId: 0 }
        : longDescriptor.decode(list, at).address;
    const length = address.length & EXTENT_LENGTH;
    const kind = address.length >>> 30;
    if (length === 0) return;
    yield { at, address, length, kind };
    if (kind === EXTENT_KIND.continues) return;
  }
}
