// ISO 9660: descriptors, numbers in both byte orders, path tables compared with directories, places and overlaps of extents.

import type { ByteString } from '../bytes/index.js';
import {
  BLOCK,
  isRecord,
  isVolumeDescriptor,
  PRIMARY,
  readPathTable,
  readRecord,
  SUPPLEMENTARY,
  sessionsOf,
  TERMINATOR,
  useFields,
  type VolumeDescriptor,
  volumeDescriptor,
  volumeDescriptors,
} from '../format/iso9660/index.js';
import { bytesAt } from '../io/index.js';
import { type IsoHierarchy, readHierarchy } from './iso-directories.js';
import type { Layer } from './layer.js';

/** Version of an ISO 9660:1999 descriptor, which may share the primary hierarchy. */
const ENHANCED = 2;
/** Numbers that a descriptor has in both byte orders: offset, and size of one half in bytes. */
const BOTH = [
  [80, 4],
  [120, 2],
  [124, 2],
  [128, 2],
  [132, 4],
] as const;
const MOST_PATH_TABLE = 16 * 1024 * 1024;

interface FoundDescriptor {
  readonly block: number;
  readonly bytes: Uint8Array;
  readonly fields: VolumeDescriptor;
}

/** Checks the volume of the last session. */
export async function checkIso(layer: Layer): Promise<void> {
  const start = (await sessionsOf(layer.image)).at(-1)!;
  const descriptors: FoundDescriptor[] = [];
  let end = start;
  for await (const { block, bytes } of volumeDescriptors(layer.image, start)) {
    end = block + 1;
    const [type] = bytes;
    if (type === PRIMARY || type === SUPPLEMENTARY) {
      descriptors.push({ block, bytes, fields: volumeDescriptor.decode(bytes) });
    }
  }
  await checkTerminator(layer, end);
  for (const descriptor of descriptors) checkDescriptor(layer, descriptor);
  const hierarchies: IsoHierarchy[] = [];
  for (const descriptor of descriptors) {
    const hierarchy = await checkHierarchy(layer, descriptor);
    if (hierarchy) hierarchies.push(hierarchy);
  }
  checkSpace(layer, descriptors, hierarchies);
  checkOverlaps(layer, hierarchies, end);
  if (!layer.hasError()) compareHierarchies(layer, descriptors, hierarchies);
}

async function checkTerminator(layer: Layer, block: number): Promise<void> {
  const bytes = await bytesAt(layer.image, block * BLOCK, BLOCK);
  const isEnd = bytes?.[0] === TERMINATOR && isVolumeDescriptor(bytes);
  if (!isEnd) layer.report('iso.no-terminator', 'The volume descriptors do not end.', { at: block * BLOCK });
}

function checkDescriptor(layer: Layer, { block, bytes }: FoundDescriptor): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [at, length] of BOTH) {
    const [little, big] =
      length === 4
        ? [view.getUint32(at, true), view.getUint32(at + 4)]
        : [view.getUint16(at, true), view.getUint16(at + 2)];
    if (little === big) continue;
    const message = `A volume descriptor has ${little} and ${big} for the same number in its two byte orders.`;
    layer.report('iso.both-endian', message, { at: block * BLOCK + at });
  }
}

async function checkHierarchy(layer: Layer, descriptor: FoundDescriptor): Promise<IsoHierarchy | undefined> {
  const { fields, block, bytes } = descriptor;
  const root = isRecord(fields.rootRecord, 0) ? readRecord(fields.rootRecord, 0) : undefined;
  if (!root) {
    layer.report('iso.directory-record', 'A volume descriptor has no root directory.', { at: block * BLOCK + 156 });
    return undefined;
  }
  // It has the same directories as the primary descriptor, which are checked once.
  if (fields.type === SUPPLEMENTARY && bytes[6] === ENHANCED) return undefined;
  const isJoliet = fields.type === SUPPLEMENTARY;
  const skip = isJoliet ? undefined : await skipOf(layer, root.extent);
  const hierarchy = await readHierarchy(layer, root, { isJoliet, skip });
  await checkPathTables(layer, fields, hierarchy);
  return hierarchy;
}

/** Bytes before the system use fields, by the field SP of the root; undefined without such fields. */
async function skipOf(layer: Layer, extent: number): Promise<number | undefined> {
  const block = await bytesAt(layer.image, extent * BLOCK, BLOCK);
  const self = block && isRecord(block, 0) ? readRecord(block, 0) : undefined;
  if (!self) return undefined;
  const none = { bytes: async () => new Uint8Array(0) };
  const sp = (await useFields(none, self.systemUse)).find(({ signature }) => signature === 'SP');
  return sp?.data[0] === 0xbe && sp.data[1] === 0xef ? (sp.data[2] ?? 0) : undefined;
}

/** Checks that each path table has every directory once, with its place and its parent. */
async function checkPathTables(layer: Layer, fields: VolumeDescriptor, hierarchy: IsoHierarchy): Promise<void> {
  const { pathTableSize: size } = fields;
  const tables = [
    ['little', fields.pathTableL],
    ['big', fields.pathTableM],
    ['little', fields.optionalPathTableL],
    ['big', fields.optionalPathTableM],
  ] as const;
  for (const [index, [order, block]] of tables.entries()) {
    if (index >= 2 && block === 0) continue;
    const at = block * BLOCK;
    const bytes = size > MOST_PATH_TABLE ? undefined : await bytesAt(layer.image, at, size);
    const fault = bytes ? pathTableFault(readPathTable(bytes, order), hierarchy) : 'it is outside the image';
    if (fault === undefined) continue;
    layer.report('iso.path-table-mismatch', `The ${order}-endian path table is wrong: ${fault}.`, { at });
  }
}

function pathTableFault(entries: ReturnType<typeof readPathTable>, { directories }: IsoHierarchy): string | undefined {
  if (entries.length !== directories.length) {
    return `it has ${entries.length} directories, and the volume ${directories.length}`;
  }
  const byExtent = new Map(directories.map((directory) => [directory.extent, directory]));
  for (const [index, { identifier, extent, parent }] of entries.entries()) {
    const directory = byExtent.get(extent);
    if (!directory) return `entry ${index + 1} leads to block ${extent}, where no directory is`;
    if (directory.identifier !== identifier) return `entry ${index + 1} has another name than its directory`;
    const above = entries[parent - 1]?.extent;
    if (above !== directories[directory.parent]!.extent) return `entry ${index + 1} has another parent`;
  }
  return undefined;
}

/** Checks that the volume is inside the image, and all extents are inside the volume. */
function checkSpace(layer: Layer, descriptors: readonly FoundDescriptor[], all: readonly IsoHierarchy[]): void {
  const { size } = layer.image;
  const [primary] = descriptors;
  if (!primary) return;
  const volume = primary.fields.spaceSize * BLOCK;
  if (volume > size) {
    layer.report('iso.truncated', `The volume has ${volume} bytes, and the image only ${size}.`);
  }
  const files = all.flatMap(({ extents }) => extents);
  for (const { path, extent, size: length } of files) {
    const end = extent * BLOCK + length;
    if (length === 0) continue;
    if (end > size && volume <= size) {
      layer.report('iso.extent-outside', `Its bytes ${extent * BLOCK} to ${end} are outside the image.`, { path });
    } else if (end > volume && end <= size) {
      const message = `It ends at byte ${end}, and the volume at ${volume}.`;
      layer.report('iso.volume-size', message, { path });
    }
  }
}

interface Used {
  readonly from: number;
  readonly to: number;
  readonly path: ByteString;
  /** Directories and descriptors. */
  readonly isStructure: boolean;
}

/** Reports overlaps. Files may share all of their bytes, but not a part, and none with a directory. */
function checkOverlaps(layer: Layer, hierarchies: readonly IsoHierarchy[], descriptorsEnd: number): void {
  const blocks = (bytes: number) => Math.ceil(bytes / BLOCK);
  const used: Used[] = [{ from: 0, to: descriptorsEnd + 1, path: '' as ByteString, isStructure: true }];
  for (const { directories, extents } of hierarchies) {
    for (const { path, extent, size } of directories) {
      used.push({ from: extent, to: extent + blocks(size), path, isStructure: true });
    }
    for (const { path, extent, size } of extents) {
      if (size > 0) used.push({ from: extent, to: extent + blocks(size), path, isStructure: false });
    }
  }
  used.sort((a, b) => a.from - b.from || a.to - b.to);
  let widest = used[0]!;
  for (const next of used.slice(1)) {
    const isShared = next.from === widest.from && !next.isStructure && !widest.isStructure;
    if (next.from < widest.to && !isShared && !(next.isStructure && widest.isStructure && next.from === widest.from)) {
      layer.report('iso.extents-overlap', `It shares block ${next.from} with other data.`, { path: next.path });
    }
    if (next.to > widest.to) widest = next;
  }
}

/** Checks that Joliet shows the files of the primary hierarchy, under other names. */
function compareHierarchies(
  layer: Layer,
  descriptors: readonly FoundDescriptor[],
  hierarchies: readonly IsoHierarchy[],
): void {
  const [primary, joliet] = hierarchies;
  if (!primary || !joliet || descriptors.length < 2) return;
  const known = new Map<number, number>();
  for (const { extent, size } of primary.extents) known.set(extent, Math.max(size, known.get(extent) ?? 0));
  for (const { path, extent, size } of joliet.extents) {
    if (size === 0 || known.get(extent) === size) continue;
    const message = `Joliet has it at block ${extent} with ${size} bytes, and no file of the primary hierarchy is there.`;
    layer.report('iso.joliet-differs', message, { path });
  }
}
