// File entries of the old disc, in both forms, and the extents that they name.

import { divCeil } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  AED_HEAD,
  allocationExtent,
  DATA_FORM,
  ENTRY_HEAD,
  EXTENDED_HEAD,
  EXTENT_KIND,
  extendedFileEntry,
  extentsIn,
  FILE_TYPE,
  FORM_MASK,
  fileEntry,
  kindOfFileType,
  modeOf,
  readTag,
  STRATEGY,
  TAG,
  TAG_ID,
  udfDamage,
} from '../../format/udf/index.js';
import { type Node, TYPE_BITS } from '../../tree/index.js';
import type { MetadataReader } from '../kept/metadata-reader.js';
import type { Blocks, KeptUdfDescriptor } from './kept-udf.js';

/** The parts of a file entry, as places in its bytes. */
interface EntryShape {
  readonly isExtended: boolean;
  /** Bytes before the extended attributes. */
  readonly head: number;
  /** First byte of the allocation descriptors or of the data, and the byte after them. */
  readonly allocation: number;
  readonly end: number;
  readonly form: number;
}

/** An extent that has blocks. */
export interface Extent {
  readonly block: number;
  /** Bytes. */
  readonly length: number;
  readonly isRecorded: boolean;
}

export interface FoundInode {
  readonly shape: EntryShape;
  readonly entry: Uint8Array;
  readonly isDirectory: boolean;
  /** Type and permissions, as in st_mode. */
  readonly mode: number;
  readonly size: number;
  readonly uniqueId: number;
  readonly extents: readonly Extent[];
  readonly continuations: readonly KeptUdfDescriptor[];
}

/** Where the parts of an entry are. Throws {@link InvalidImageError} for an entry that is larger than its block. */
export function shapeOf(entry: Uint8Array): EntryShape {
  const isExtended = readTag(entry)?.id === TAG_ID.extendedFileEntry;
  const head = isExtended ? EXTENDED_HEAD : ENTRY_HEAD;
  const { attributesLength, allocationLength, flags } = (isExtended ? extendedFileEntry : fileEntry).decode(entry);
  const allocation = head + attributesLength;
  return { isExtended, head, allocation, end: allocation + allocationLength, form: flags & FORM_MASK };
}

/** Reads file entries of one partition. */
export class InodeReader {
  readonly #reader: MetadataReader;
  readonly #partition: Blocks;

  constructor(reader: MetadataReader, partition: Blocks) {
    this.#reader = reader;
    this.#partition = partition;
  }

  /** A descriptor at a block of the partition, which must be one of these kinds. */
  async descriptor(block: number, ...kinds: number[]): Promise<KeptUdfDescriptor> {
    const place = this.#partition.block + block;
    if (block >= this.#partition.blocks) throw udfDamage('partition', 'An address of a file leaves its partition.');
    const bytes = await this.#reader.bytes({ at: place * BLOCK, length: BLOCK });
    const tag = readTag(bytes, 0, place * BLOCK);
    if (!tag || tag.location !== block || !kinds.includes(tag.id)) {
      throw udfDamage('descriptor', `Block ${block} of the partition does not contain the expected descriptor.`);
    }
    return { block: place, id: tag.id, bytes };
  }

  /** The entry at a block of the partition. */
  async read(block: number): Promise<FoundInode> {
    const { bytes } = await this.descriptor(block, TAG_ID.fileEntry, TAG_ID.extendedFileEntry);
    const shape = shapeOf(bytes);
    if (shape.end > BLOCK) throw udfDamage('entry', 'A file entry is larger than its block.');
    const fields = (shape.isExtended ? extendedFileEntry : fileEntry).decode(bytes);
    const streams = shape.isExtended ? extendedFileEntry.decode(bytes).streams.length : 0;
    if (fields.strategy !== STRATEGY || fields.attributes.length > 0 || streams > 0) {
      const message = 'The UDF view of the disc has files with streams, with separate attributes, or of strategy 4096.';
      throw new UnsupportedError('edit.udf-shape', message, { at: (this.#partition.block + block) * BLOCK });
    }
    const covered = TAG + readTag(bytes)!.crcLength;
    const kind = kindOfFileType(fields.fileType) ?? 'file';
    return {
      shape,
      entry: bytes.slice(0, Math.max(shape.end, covered)),
      isDirectory: fields.fileType === FILE_TYPE.directory,
      mode: TYPE_BITS[kind as Node['kind']] | modeOf(fields.permissions, fields.flags),
      size: fields.size,
      uniqueId: fields.uniqueId,
      ...(await this.#extents(bytes.subarray(shape.allocation, shape.end), shape.form)),
    };
  }

  async #extents(first: Uint8Array, form: number): Promise<Pick<FoundInode, 'extents' | 'continuations'>> {
    const extents: Extent[] = [];
    const continuations: KeptUdfDescriptor[] = [];
    if (form === DATA_FORM.embedded) return { extents, continuations };
    if (form !== DATA_FORM.short && form !== DATA_FORM.long) {
      throw udfDamage('entry', `Unknown form of allocation ${form}.`);
    }
    for (let bytes: Uint8Array | undefined = first; bytes; ) {
      let next: number | undefined;
      for (const { address, length, kind } of extentsIn(bytes, form, 0)) {
        const { block, partition } = address;
        if (partition !== 0) throw udfDamage('partition', `There is no partition ${partition}.`);
        if (kind === EXTENT_KIND.continues) {
          next = block;
          continue;
        }
        if (kind === EXTENT_KIND.recorded && block + divCeil(length, BLOCK) > this.#partition.blocks) {
          throw udfDamage('partition', 'An extent leaves its partition.');
        }
        extents.push({ block: this.#partition.block + block, length, isRecorded: kind === EXTENT_KIND.recorded });
      }
      bytes = undefined;
      if (next === undefined) continue;
      const more = await this.descriptor(next, TAG_ID.allocationExtent);
      const { length } = allocationExtent.decode(more.bytes);
      if (AED_HEAD + length > BLOCK) throw udfDamage('entry', 'Allocation descriptors are longer than their block.');
      continuations.push(more);
      bytes = more.bytes.subarray(AED_HEAD, AED_HEAD + length);
    }
    return { extents, continuations };
  }
}
