// File entries as they are read, in both forms (ECMA-167 4/14.9, 4/14.17), and where the data of a file are (4/14.14).

import type { Timestamp } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import { ExhaustedError, type Part } from '../../io/index.js';
import { type EntryFault, isEntryFault } from '../../tree/index.js';
import { AED_HEAD, allocationExtent, EXTENT_KIND } from './allocation.js';
import { damaged } from './damaged.js';
import { attributesHead, DEVICE_SPECIFICATION } from './device.js';
import type { LongAddress } from './fields.js';
import {
  DATA_FORM,
  ENTRY_HEAD,
  EXTENDED_HEAD,
  extendedFileEntry,
  FORM_MASK,
  fileEntry,
  modeOf,
  STRATEGY,
} from './file-entry.js';
import { extentsIn } from './read-allocation.js';
import type { Volume } from './read-volume.js';
import { TAG_ID } from './tag.js';

const NOBODY = 0xffff_ffff;

export interface FoundEntry {
  readonly fileType: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: Timestamp;
  /** Bytes. */
  readonly size: number;
  readonly device: readonly [major: number, minor: number] | undefined;
  /** The data where they are in the entry. */
  readonly embedded: Uint8Array | undefined;
  readonly parts: readonly Part[];
  /** Why the data cannot be read; absent if they can. */
  readonly fault?: EntryFault;
}

/** Reads file entries of one volume. */
export class EntryReader {
  readonly #volume: Volume;
  /** Blocks of further descriptors that the volume can still have. */
  #continuationsLeft: number;

  constructor(volume: Volume) {
    this.#volume = volume;
    this.#continuationsLeft = volume.size / volume.blockSize;
  }

  async read(address: LongAddress): Promise<FoundEntry> {
    const { id, bytes } = await this.#volume.descriptor(address, TAG_ID.fileEntry, TAG_ID.extendedFileEntry);
    const isExtended = id === TAG_ID.extendedFileEntry;
    const entry = isExtended ? extendedFileEntry.decode(bytes) : fileEntry.decode(bytes);
    if (entry.strategy !== STRATEGY) {
      throw new UnsupportedError('udf.strategy', `Files of strategy ${entry.strategy} are not read.`);
    }
    const head = isExtended ? EXTENDED_HEAD : ENTRY_HEAD;
    const end = head + entry.attributesLength + entry.allocationLength;
    if (end > bytes.length) throw damaged('entry', 'A file entry is larger than its block.');
    const attributes = bytes.subarray(head, head + entry.attributesLength);
    const allocation = bytes.subarray(head + entry.attributesLength, end);
    const form = entry.flags & FORM_MASK;
    return {
      fileType: entry.fileType,
      mode: modeOf(entry.permissions, entry.flags),
      uid: entry.uid === NOBODY ? 0 : entry.uid,
      gid: entry.gid === NOBODY ? 0 : entry.gid,
      mtime: entry.modified,
      size: entry.size,
      device: deviceIn(attributes),
      ...(await this.#stored(allocation, form, address.partition, entry.size)),
    };
  }

  /** Where the data are, or why they cannot be found. */
  async #stored(
    allocation: Uint8Array,
    form: number,
    partition: number,
    size: number,
  ): Promise<Pick<FoundEntry, 'embedded' | 'parts' | 'fault'>> {
    try {
      if (form !== DATA_FORM.embedded) {
        return { embedded: undefined, parts: await this.#parts(allocation, form, partition, size) };
      }
      if (size > allocation.length) throw damaged('entry', 'Embedded data are shorter than their size.');
      return { embedded: allocation.slice(0, size), parts: [] };
    } catch (error) {
      if (!isEntryFault(error)) throw error;
      return { embedded: undefined, parts: [], fault: error };
    }
  }

  async #parts(first: Uint8Array, form: number, partition: number, size: number): Promise<Part[]> {
    if (form !== DATA_FORM.short && form !== DATA_FORM.long)
      throw damaged('entry', `Unknown form of allocation ${form}.`);
    const parts: Part[] = [];
    let left = size;
    let descriptors: Uint8Array | undefined = first;
    while (descriptors && left > 0) {
      const next: LongAddress | undefined = this.#extents(descriptors, form, partition, (part, length) => {
        const used = Math.min(length, left);
        left -= used;
        if (used > 0) parts.push(...part(used));
      });
      descriptors = next && (await this.#continuation(next));
    }
    if (left > 0) throw damaged('entry', 'A file is longer than its extents.');
    return parts;
  }

  /** Reports every extent until they end; returns where they continue. */
  #extents(
    descriptors: Uint8Array,
    form: number,
    partition: number,
    tell: (part: (length: number) => readonly Part[], length: number) => void,
  ): LongAddress | undefined {
    for (const { address, length, kind } of extentsIn(descriptors, form, partition)) {
      if (kind === EXTENT_KIND.continues) return address;
      const isRecorded = kind === EXTENT_KIND.recorded;
      tell(
        (used) => (isRecorded ? this.#volume.rangesOf(address.partition, address.block, used) : [{ hole: used }]),
        length,
      );
    }
    return undefined;
  }

  async #continuation(address: LongAddress): Promise<Uint8Array> {
    if (--this.#continuationsLeft < 0) {
      throw new ExhaustedError('udf.entry', 'Allocation descriptors continue without end.');
    }
    const { bytes } = await this.#volume.descriptor(address, TAG_ID.allocationExtent);
    const { length } = allocationExtent.decode(bytes);
    if (AED_HEAD + length > bytes.length) throw damaged('entry', 'Allocation descriptors are longer than their block.');
    return bytes.subarray(AED_HEAD, AED_HEAD + length);
  }
}

/** The device that the attributes name. */
function deviceIn(attributes: Uint8Array): readonly [number, number] | undefined {
  const view = new DataView(attributes.buffer, attributes.byteOffset, attributes.byteLength);
  for (let at = attributesHead.size; at + 12 <= attributes.length; ) {
    const length = view.getUint32(at + 8, true);
    if (length < 12 || at + length > attributes.length) return undefined;
    if (view.getUint32(at, true) === DEVICE_SPECIFICATION && length >= 24) {
      return [view.getUint32(at + 16, true), view.getUint32(at + 20, true)];
    }
    at += length;
  }
  return undefined;
}
