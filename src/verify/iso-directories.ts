// Reads the directories of one ISO 9660 hierarchy record by record, and reports faults of records.

import { type ByteString, byteStringOf } from '../bytes/index.js';
import { InvalidImageError } from '../errors.js';
import {
  BLOCK,
  FLAG_DIRECTORY,
  type FoundRecord,
  isRecord,
  PARENT,
  readRecord,
  SELF,
  useFields,
} from '../format/iso9660/index.js';
import { bytesAt } from '../io/index.js';
import { joinPath } from '../tree/index.js';
import type { Layer } from './layer.js';

/** A directory. Directories are listed in the order of their discovery, parents before children. */
export interface IsoDirectory {
  readonly path: ByteString;
  readonly identifier: ByteString;
  readonly extent: number;
  readonly size: number;
  /** Index of its parent; 0 for the root. */
  readonly parent: number;
}

/** A part of a file. */
export interface IsoExtent {
  readonly path: ByteString;
  readonly extent: number;
  readonly size: number;
}

export interface IsoHierarchy {
  readonly directories: readonly IsoDirectory[];
  readonly extents: readonly IsoExtent[];
}

/** How the records of a hierarchy are read. */
export interface HierarchyRules {
  /** Identifiers are UCS-2. */
  readonly isJoliet: boolean;
  /** Bytes before the first system use field; undefined without Rock Ridge. */
  readonly skip: number | undefined;
}

/** Reads all directories below a root. No directory is read twice, so the size of the image limits the work. */
export async function readHierarchy(
  layer: Layer,
  root: { readonly extent: number; readonly size: number },
  rules: HierarchyRules,
): Promise<IsoHierarchy> {
  const directories: IsoDirectory[] = [
    { path: '' as ByteString, identifier: SELF, extent: root.extent, size: root.size, parent: 0 },
  ];
  const extents: IsoExtent[] = [];
  const seen = new Set<number>();
  let left = layer.image.size;
  for (let index = 0; index < directories.length; index++) {
    const directory = directories[index]!;
    const { path, extent, size } = directory;
    if (seen.has(extent) && size > 0) {
      layer.report('iso.directory-twice', `The directory at block ${extent} has two names.`, { path });
      continue;
    }
    seen.add(extent);
    left -= size;
    const bytes = left < 0 ? undefined : await bytesAt(layer.image, extent * BLOCK, size);
    if (!bytes) {
      layer.report('iso.extent-outside', `Blocks of the directory at ${extent} are outside the image.`, { path });
      continue;
    }
    checkLinks(layer, directory, directories[directory.parent]!, bytes, rules);
    for (const record of recordsIn(layer, directory, bytes)) {
      await checkFields(layer, path, record, rules.skip);
      if (record.identifier === SELF || record.identifier === PARENT) continue;
      const below = joinPath(path, shownIdentifier(record.identifier, rules.isJoliet));
      const found = { path: below, extent: record.extent, size: record.size };
      if ((record.flags & FLAG_DIRECTORY) === 0) extents.push(found);
      else directories.push({ ...found, identifier: record.identifier, parent: index });
    }
  }
  return { directories, extents };
}

/** Checks the first two records: the directory and its parent. xorriso's in Joliet are both the directory's, and nothing reads them. */
function checkLinks(
  layer: Layer,
  own: IsoDirectory,
  parent: IsoDirectory,
  bytes: Uint8Array,
  { isJoliet }: HierarchyRules,
): void {
  const self = isRecord(bytes, 0) ? readRecord(bytes, 0) : undefined;
  const up = self && isRecord(bytes, self.length) ? readRecord(bytes, self.length) : undefined;
  const at = own.extent * BLOCK;
  const place = { path: own.path, at };
  if (self?.identifier !== SELF || self.extent !== own.extent || self.size !== own.size) {
    layer.report('iso.directory-links', 'Its record "." is not that of the directory.', place);
  } else if (up?.identifier !== PARENT || (up.extent !== parent.extent && !isJoliet)) {
    layer.report('iso.directory-links', 'Its record ".." is not that of the directory above.', place);
  }
}

function* recordsIn(layer: Layer, { path, extent }: IsoDirectory, bytes: Uint8Array): Generator<FoundRecord> {
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at - (at % BLOCK) + BLOCK, bytes.length);
    const block = bytes.subarray(0, end);
    if (block[at] === 0) {
      at = end;
      continue;
    }
    if (!isRecord(block, at)) {
      const place = { path, at: extent * BLOCK + at };
      layer.report('iso.directory-record', 'A record is too short for its name or crosses a block.', place);
      at = end;
      continue;
    }
    checkBothEndian(layer, path, block, at, extent * BLOCK + at);
    const record = readRecord(block, at)!;
    yield record;
    at += record.length;
  }
}

/** Checks the numbers that a record has in both byte orders: place, size, volume. */
function checkBothEndian(layer: Layer, path: ByteString, bytes: Uint8Array, at: number, imageAt: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const differs =
    view.getUint32(at + 2, true) !== view.getUint32(at + 6) ||
    view.getUint32(at + 10, true) !== view.getUint32(at + 14) ||
    view.getUint16(at + 28, true) !== view.getUint16(at + 30);
  if (!differs) return;
  layer.report('iso.both-endian', 'A record has different numbers in its two byte orders.', { path, at: imageAt });
}

async function checkFields(layer: Layer, path: ByteString, record: FoundRecord, skip = -1): Promise<void> {
  if (skip < 0 || record.systemUse.length === 0) return;
  const bytes = async ({ at, length }: { readonly at: number; readonly length: number }) => {
    const found = await bytesAt(layer.image, at, length);
    if (!found) throw new InvalidImageError('iso9660.system-use', 'A continuation is outside the image.', { at });
    return found;
  };
  try {
    await useFields({ bytes }, record.systemUse.subarray(Math.min(skip, record.systemUse.length)));
  } catch (error) {
    if (!(error instanceof InvalidImageError)) throw error;
    layer.report('iso.rock-ridge', `The system use fields of a record cannot be read: ${error.message}`, { path });
  }
}

/** An identifier without its version. Joliet's become UTF-8 bytes. */
function shownIdentifier(identifier: ByteString, isJoliet: boolean): ByteString {
  if (!isJoliet) return identifier.replace(/;\d*$/, '') as ByteString;
  const units = Uint8Array.from(identifier, (character) => character.charCodeAt(0));
  const text = new TextDecoder('utf-16be').decode(units);
  return byteStringOf(new TextEncoder().encode(text)).replace(/;\d*$/, '') as ByteString;
}
