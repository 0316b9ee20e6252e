// The bytes of UDF entries and directories for the new disc. Kept ones change only in places, sizes, times and counts.

import { bytesOf, divCeil, type Timestamp } from '../../bytes/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  AED_HEAD,
  allocationExtent,
  CHARACTERISTIC,
  DATA_FORM,
  decodeCs0,
  ENTRY_HEAD,
  EXTENDED_HEAD,
  EXTENT_KIND,
  extendedFileEntry,
  type FileEntry,
  FORM_MASK,
  fileEntry,
  fileIdentifierHead,
  longDescriptor,
  modeFlags,
  permissions,
  renderAllocation,
  resealAttributes,
  resealed,
  shortDescriptor,
  TAG,
  writeFileEntry,
  writeIdentifier,
} from '../../format/udf/index.js';
import type { AttributeValues, Entry, Folder } from '../kept/entries.js';
import type { KeptUdfDescriptor } from './kept-udf.js';
import { type FutureBlocks, LONG, type PlacedInode, type PlacedUdf, SHORT } from './place-udf.js';
import { extentsIn, shapeOf } from './read-inode.js';

/** Places on the new disc as UDF counts them. */
export interface UdfPlaces {
  /** The block on the new disc, counted from its start. */
  at(place: FutureBlocks): number;
  /** The new address in the partition of an old address in the partition. */
  moved(block: number): number;
  /** The address in the partition of a block of the new disc. */
  address(block: number): number;
  /** The block of data on the new disc. */
  data(data: NonNullable<PlacedInode['data']>): number;
  /** Revisions from 2.00 on have unique identifiers in addresses. */
  readonly hasIds: boolean;
}

/** Bytes for a block of the new disc. */
export interface RenderedBlocks {
  readonly block: number;
  readonly bytes: Uint8Array;
}

const MOST_LINKS = 0xffff;
const ALL_BITS = 0o7777;

/** Everything of one entry that is not as it was: itself, further allocation descriptors, the identifiers of a directory. */
export function renderPlaced(inode: PlacedInode, placed: PlacedUdf, places: UdfPlaces): RenderedBlocks[] {
  const { folder, runs } = inode;
  const location = places.address(places.at(inode.place));
  const identifiers = folder && renderFolder(folder, inode, placed, places);
  const contents = runs.length === 0 ? identifiers?.bytes : undefined;
  const { allocation, more, form } = allocationOf(inode, contents, placed, places);
  const entry = inode.kept
    ? keptEntry(inode, allocation, form, location)
    : newEntry(inode, allocation, form, { location, tagVersion: placed.udf.tagVersion });
  const list: RenderedBlocks[] = [...more];
  const isSame = inode.kept && !inode.place.isNew && sameBytes(entry, inode.kept.entry);
  if (!isSame) list.push({ block: places.at(inode.place), bytes: entry });
  let done = 0;
  for (const run of identifiers?.isSame === false ? runs : []) {
    const bytes = new Uint8Array(run.blocks * BLOCK);
    bytes.set(identifiers!.bytes.subarray(done, done + bytes.length));
    list.push({ block: places.at(run), bytes });
    done += bytes.length;
  }
  return list;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

interface Allocation {
  readonly allocation: Uint8Array;
  readonly form: number;
  readonly more: readonly RenderedBlocks[];
}

/** The allocation descriptors, or the contents where they are in the entry. */
function allocationOf(
  inode: PlacedInode,
  contents: Uint8Array | undefined,
  { udf }: PlacedUdf,
  places: UdfPlaces,
): Allocation {
  const { kept, replaced, folder, runs, data, continuations } = inode;
  if (contents) return { allocation: contents, form: DATA_FORM.embedded, more: [] };
  const shape = kept && shapeOf(kept.entry);
  const isSame = folder ? inode.size === folder.records?.size && !runs[0]!.isNew : !replaced;
  if (shape && isSame) {
    const allocation = kept.entry.slice(shape.allocation, shape.end);
    if (shape.form === DATA_FORM.embedded) return { allocation, form: shape.form, more: [] };
    moveExtents(allocation, shape.form, places);
    const more = kept.continuations
      .map((one) => ({ old: one, now: movedContinuation(one, shape.form, places) }))
      .filter(({ old, now }) => !sameBytes(old.bytes, now.bytes))
      .map(({ now }) => now);
    return { allocation, form: shape.form, more };
  }
  const form = shape?.form === DATA_FORM.long ? DATA_FORM.long : DATA_FORM.short;
  const run = folder
    ? { block: places.address(places.at(runs[0]!)), size: inode.size }
    : data && { block: places.address(places.data(data)), size: data.size };
  if (!run) return { allocation: new Uint8Array(0), form, more: [] };
  const room = BLOCK - (shape?.allocation ?? ENTRY_HEAD);
  const at = continuations ? places.at(continuations) : 0;
  const next = { block: continuations ? places.address(at) : 0, partition: 0 };
  const width = form === DATA_FORM.long ? LONG : SHORT;
  const rendered = renderAllocation({ ...run, partition: 0 }, room, width, next, udf.tagVersion);
  const more = rendered.continuations.map((bytes, i) => ({ block: at + i, bytes }));
  return { allocation: rendered.inEntry, form, more };
}

/** Moves the extents of an allocation list that have blocks. */
function moveExtents(bytes: Uint8Array, form: number, places: UdfPlaces): void {
  for (const { at, block, kind } of extentsIn(bytes, form)) {
    if (kind !== EXTENT_KIND.recorded && kind !== EXTENT_KIND.allocated && kind !== EXTENT_KIND.continues) continue;
    if (form === DATA_FORM.short) shortDescriptor.change({ block: places.moved(block) }, bytes, at);
    else {
      const { address } = longDescriptor.decode(bytes, at);
      longDescriptor.change({ address: { ...address, block: places.moved(block) } }, bytes, at);
    }
    if (kind === EXTENT_KIND.continues) return;
  }
}

function movedContinuation({ block, bytes: old }: KeptUdfDescriptor, form: number, places: UdfPlaces): RenderedBlocks {
  const bytes = old.slice();
  const { previous, length } = allocationExtent.decode(bytes);
  if (previous > 0) allocationExtent.change({ previous: places.moved(previous) }, bytes);
  moveExtents(bytes.subarray(AED_HEAD, AED_HEAD + length), form, places);
  const at = places.at({ block, blocks: 1, isNew: false });
  return { block: at, bytes: resealed(bytes, places.address(at)) };
}

/** An entry of the old disc with another allocation, other times and counts. */
function keptEntry(inode: PlacedInode, allocation: Uint8Array, form: number, location: number): Uint8Array {
  const { kept, replaced, folder, data, names, uniqueId, changed } = inode;
  const old = kept!.entry;
  const shape = shapeOf(old);
  const end = shape.allocation + allocation.length;
  const bytes = new Uint8Array(Math.max(old.length, end));
  bytes.set(old.subarray(0, shape.allocation));
  bytes.set(allocation, shape.allocation);
  const fields = (shape.isExtended ? extendedFileEntry : fileEntry).decode(old);
  const change = (values: Partial<typeof fields>) =>
    shape.isExtended ? extendedFileEntry.change(values, bytes) : fileEntry.change(values, bytes);
  const before = folder ? 0 : kept!.names;
  const links = folder ? fields.links + folder.linkChange : fields.links + names - before;
  if (links !== fields.links) change({ links: Math.min(Math.max(links, 1), MOST_LINKS) });
  if (form !== shape.form) change({ flags: (fields.flags & ~FORM_MASK) | form });
  if (changed) change(attributeFields(changed, { ...fields, flags: (fields.flags & ~FORM_MASK) | form }));
  if (allocation.length !== shape.end - shape.allocation) change({ allocationLength: allocation.length });
  if (replaced) {
    const time: Timestamp = replaced.attributes!.mtime;
    const size = data?.size ?? 0;
    change({ size, blocks: divCeil(size, BLOCK), accessed: time, modified: time, changed: time });
    if (shape.isExtended) extendedFileEntry.change({ objectSize: size }, bytes);
  }
  if (folder && (folder.isChanged || inode.size !== fields.size)) {
    const blocks = form === DATA_FORM.embedded ? 0 : divCeil(inode.size, BLOCK);
    change({ size: inode.size, blocks });
    if (shape.isExtended) extendedFileEntry.change({ objectSize: inode.size }, bytes);
  }
  if (uniqueId !== undefined) change({ uniqueId });
  resealAttributes(bytes.subarray(shape.head, shape.allocation), location);
  return resealed(bytes, location, end === shape.end ? undefined : end - TAG);
}

/** Fields for another mode or owner. Permissions that no mode has, such as to delete, stay. */
function attributeFields(
  { mode, ...owner }: AttributeValues,
  { permissions: bits, flags }: Pick<FileEntry, 'permissions' | 'flags'>,
): Partial<FileEntry> {
  if (mode === undefined) return owner;
  return {
    ...owner,
    permissions: (bits & ~permissions(ALL_BITS)) | permissions(mode),
    flags: (flags & ~modeFlags(ALL_BITS)) | modeFlags(mode),
  };
}

function newEntry(
  { node, data, folder, size, names, uniqueId, runs, changed }: PlacedInode,
  allocation: Uint8Array,
  form: number,
  at: { readonly location: number; readonly tagVersion: number },
): Uint8Array {
  const { mode, uid, gid, mtime: time } = { ...node!, ...changed };
  const bytes = new Uint8Array(ENTRY_HEAD + allocation.length);
  const links = folder ? 1 + folder.entries.filter((entry) => entry.folder).length : names;
  const length = folder ? size : (data?.size ?? 0);
  const blocks = folder && runs.length === 0 ? 0 : divCeil(length, BLOCK);
  const kind = folder ? 'directory' : 'file';
  const facts = { kind, mode, uid, gid, time, links, size: length, blocks, uniqueId: uniqueId! } as const;
  const extendedAttributes = new Uint8Array(0);
  writeFileEntry({ ...facts, extendedAttributes, form: form as 0, allocation }, bytes, 0, at);
  return bytes;
}

/** The identifiers of a directory: kept ones with new addresses, and those of added entries. */
function renderFolder(folder: Folder, own: PlacedInode, placed: PlacedUdf, places: UdfPlaces) {
  const writer = new IdentifierWriter(own, placed, places);
  const parent = placed.inodeOf(folder.parent ?? folder);
  if (folder.records) writer.addKept(folder.records.parent, parent);
  else writer.addNew('', parent, CHARACTERISTIC.directory | CHARACTERISTIC.parent);
  for (const entry of folder.entries) {
    const target = placed.inodeOf(entry);
    if (entry.records) writer.addKept(entry.records[0]!, target);
    else writer.addNew(nameIn(entry), target, entry.folder ? CHARACTERISTIC.directory : 0);
  }
  return { bytes: writer.bytes, isSame: writer.isSame && !folder.isChanged };
}

class IdentifierWriter {
  readonly bytes: Uint8Array;
  /** Whether all identifiers are as they were. */
  isSame = true;
  readonly #own: PlacedInode;
  readonly #tagVersion: number;
  readonly #places: UdfPlaces;
  #end = 0;

  constructor(own: PlacedInode, { udf }: PlacedUdf, places: UdfPlaces) {
    this.bytes = new Uint8Array(own.size);
    this.#own = own;
    this.#tagVersion = udf.tagVersion;
    this.#places = places;
  }

  addKept(identifier: Uint8Array, target: PlacedInode): void {
    const made = identifier.slice();
    const { entry } = fileIdentifierHead.decode(made);
    const isNamed = target.uniqueId !== undefined && this.#places.hasIds;
    const uniqueId = isNamed ? idOf(target) : entry.uniqueId;
    fileIdentifierHead.change({ entry: { ...entry, block: addressOf(target, this.#places), uniqueId } }, made);
    resealed(made, this.#location());
    this.isSame &&= sameBytes(made, identifier);
    this.bytes.set(made, this.#end);
    this.#end += made.length;
  }

  addNew(name: string, target: PlacedInode, characteristics: number): void {
    const uniqueId = this.#places.hasIds ? idOf(target) : 0;
    const entry = { length: BLOCK, block: addressOf(target, this.#places), partition: 0, uniqueId };
    const at = { location: this.#location(), tagVersion: this.#tagVersion };
    this.isSame = false;
    this.#end += writeIdentifier({ name, entry, characteristics }, this.bytes, this.#end, at);
  }

  /** The block in which the next identifier starts. */
  #location(): number {
    let done = 0;
    for (const run of this.#own.runs) {
      const skipped = Math.floor((this.#end - done) / BLOCK);
      if (skipped < run.blocks) return this.#places.address(this.#places.at(run) + skipped);
      done += run.blocks * BLOCK;
    }
    return addressOf(this.#own, this.#places);
  }
}

function nameIn({ identifier }: Entry): string {
  return decodeCs0(bytesOf(identifier))!;
}

function addressOf({ place }: PlacedInode, places: UdfPlaces): number {
  return places.address(places.at(place));
}

/** The low half of the unique identifier. */
function idOf({ uniqueId, kept }: PlacedInode): number {
  if (uniqueId !== undefined) return uniqueId % 2 ** 32;
  const { entry } = kept!;
  const isExtended = shapeOf(entry).head === EXTENDED_HEAD;
  return (isExtended ? extendedFileEntry : fileEntry).decode(entry).uniqueId % 2 ** 32;
}
