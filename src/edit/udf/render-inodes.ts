// The bytes of UDF entries for the new disc. Kept ones change only in places, sizes, times and counts.

import { divCeil, type Timestamp } from '../../bytes/index.js';
import { BLOCK } from '../../format/iso9660/index.js';
import {
  AED_HEAD,
  allocationExtent,
  DATA_FORM,
  ENTRY_HEAD,
  EXTENT_KIND,
  extendedFileEntry,
  extentsIn,
  type FileEntry,
  FORM_MASK,
  fileEntry,
  longDescriptor,
  modeFlags,
  permissions,
  renderAllocation,
  resealAttributes,
  resealed,
  shortDescriptor,
  TAG,
  writeFileEntry,
} from '../../format/udf/index.js';
import type { AttributeValues } from '../kept/entries.js';
import type { KeptUdfDescriptor } from './kept-udf.js';
import { LONG, type PlacedInode, type PlacedUdf, SHORT } from './place-udf.js';
import { shapeOf } from './read-inode.js';
import { renderIdentifiers } from './render-identifiers.js';
import { type RenderedBlocks, sameBytes, type UdfPlaces } from './udf-places.js';

const MOST_LINKS = 0xffff;
const ALL_BITS = 0o7777;

/** Everything of one entry that is not as it was: itself, further allocation descriptors, the identifiers of a directory. */
export function renderPlaced(inode: PlacedInode, placed: PlacedUdf, places: UdfPlaces): RenderedBlocks[] {
  const { folder, runs } = inode;
  const location = places.address(places.at(inode.place));
  const identifiers = folder && renderIdentifiers(folder, inode, placed, places);
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
  for (const { at, address, kind } of extentsIn(bytes, form, 0)) {
    if (kind !== EXTENT_KIND.recorded && kind !== EXTENT_KIND.allocated && kind !== EXTENT_KIND.continues) continue;
    const block = places.moved(address.block);
    if (form === DATA_FORM.short) shortDescriptor.change({ block }, bytes, at);
    else longDescriptor.change({ address: { ...address, block } }, bytes, at);
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
