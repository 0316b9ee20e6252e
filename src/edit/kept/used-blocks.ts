// Which blocks of a disc are used: up to where its files reach, and which blocks directories and path tables have for themselves.

import { divCeil } from '../../bytes/index.js';
import { SECTORS_PER_BLOCK } from '../../format/eltorito/index.js';
import { BLOCK, volumeDescriptor } from '../../format/iso9660/index.js';
import { bytesAt, isZero, type Source } from '../../io/index.js';
import type { KeptUdf } from '../udf/kept-udf.js';
import type { KeptCatalog } from './boot-catalog.js';
import type { Data } from './entries.js';
import type { MetadataReader } from './metadata-reader.js';
import type { KeptTables } from './partition-tables.js';
import { type KeptDescriptor, pathTablesOf } from './read-descriptors.js';

/** Blocks read at a time when unused space is searched. */
const CHUNK = 512;

interface Used {
  readonly reader: MetadataReader;
  readonly data: ReadonlyMap<number, Data>;
  readonly catalog: KeptCatalog | undefined;
  readonly tables: KeptTables;
  readonly udf: KeptUdf | undefined;
  /** The block after all structures of ISO 9660. */
  readonly isoEnd: number;
}

/**
 * The block after everything that stays in place: structures, files, boot images, and bytes that no structure names. It is followed by
 * appended partitions, padding and the second GPT.
 */
export async function endOfUsed(image: Source, { reader, data, catalog, tables, udf }: Used): Promise<number> {
  const spans = [...data.values()].map(({ old, size }) => ({ start: old!, end: old! + divCeil(size, BLOCK) }));
  const images = (catalog?.entries ?? []).map(({ block, sectors }) => ({
    start: block,
    end: block + Math.max(1, divCeil(sectors, SECTORS_PER_BLOCK)),
  }));
  const all = [...spans, ...images, { start: catalog?.block ?? 0, end: catalog ? catalog.block + 1 : 0 }];
  const isAfter = (start: number) => (span: { start: number; end: number }) => span.end <= start || span.start >= start;
  let tail = divCeil(image.size, BLOCK) - divCeil(tables.backupSectors, SECTORS_PER_BLOCK);
  const least = Math.max(reader.end, udf ? udf.fixed + 1 : 0);
  // Anchors and descriptors of UDF after all files stay at the end of the disc.
  const filesEnd = all.reduce((most, { end }) => Math.max(most, end), least);
  for (const { block } of udf?.volume ?? []) if (block >= filesEnd) tail = Math.min(tail, block);
  const starts = tables.partitions
    .map(({ start }) => start / SECTORS_PER_BLOCK)
    .filter((start) => Number.isInteger(start) && start >= reader.end && start < tail);
  // A partition belongs to the tail if nothing of the file systems comes after its start, except an image that is the partition.
  for (const start of [...new Set(starts)].sort((a, b) => b - a)) {
    const inside = all.filter((span) => span.start >= start && span.start < tail);
    const isImage = inside.every((span) => span.start === start);
    if (!isImage || !all.every(isAfter(start))) break;
    tail = start;
  }
  const end = all.filter((span) => span.start < tail).reduce((most, span) => Math.max(most, span.end), least);
  return Math.max(end, await lastUsed(image, end, tail));
}

/**
 * The blocks that relaid directories and path tables may reuse: from the first of these to the first file. None if there is other data in
 * between. On a disc that was edited before, some directories are after the files.
 */
export async function metadataOf(image: Source, used: Used, descriptors: readonly KeptDescriptor[]) {
  const { reader, data, catalog, udf, isoEnd } = used;
  const starts = descriptors.flatMap(({ bytes, origin, tree }) => [
    ...tree.folders.keys(),
    ...pathTablesOf(volumeDescriptor.decode(bytes)).map(({ block }) => block + origin),
  ]);
  const start = starts.reduce((least, block) => Math.min(least, block), isoEnd);
  const images = (catalog?.entries ?? []).map(({ block }) => block);
  const others = [...data.keys(), ...(catalog ? [catalog.block] : []), ...images, ...(udf ? udfBlocks(udf) : [])];
  const end = others.filter((block) => block >= start).reduce((least, block) => Math.min(least, block), isoEnd);
  // Readers look for anchors of UDF at fixed blocks, so nothing before them moves.
  if (udf && end <= udf.fixed) return { start: udf.fixed + 1, end: udf.fixed + 1 };
  const last = descriptors.reduce((most, { block }) => Math.max(most, block), 0);
  if (last >= start) return { start: end, end };
  for (let block = start; block < end; block++) {
    if (reader.hasRead(block)) continue;
    const bytes = await bytesAt(image, block * BLOCK, BLOCK);
    if (!bytes || !isZero(bytes)) return { start: end, end };
  }
  return { start, end };
}

/** The blocks at which structures of a UDF view begin. */
function* udfBlocks({ volume, fileSet, inodes }: KeptUdf): Generator<number> {
  for (const { block } of [...volume, ...fileSet]) yield block;
  for (const { block, continuations, folder } of inodes.values()) {
    yield block;
    for (const run of [...continuations, ...folder]) yield run.block;
  }
}

/** The block after the last block in `from` … `to` that is not all zeros; `from` if there is none. */
async function lastUsed(image: Source, from: number, to: number): Promise<number> {
  for (let end = to; end > from; ) {
    const first = Math.max(from, end - CHUNK);
    const length = Math.min((end - first) * BLOCK, image.size - first * BLOCK);
    const bytes = (await bytesAt(image, first * BLOCK, length))!;
    for (let block = divCeil(length, BLOCK) - 1; block >= 0; block--) {
      if (!isZero(bytes, block * BLOCK, Math.min((block + 1) * BLOCK, length))) return first + block + 1;
    }
    end = first;
  }
  return from;
}
