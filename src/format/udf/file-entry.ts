// File entry (ECMA-167 4/14.9) with its ICB tag (4/14.6): what POSIX calls the inode.

import { bytes, reserved, struct, type Timestamp, u8, u16le, u32le, u64le, type Value } from '../../bytes/index.js';
import { entityId, longAd, NOWHERE, stamp } from './fields.js';
import { BLOCK } from './geometry.js';
import type { NodeKind } from './node-kind.js';
import { IMPLEMENTATION } from './revision.js';
import { stamped, TAG, TAG_ID } from './tag.js';

/** Bytes before extended attributes and allocation descriptors. */
export const ENTRY_HEAD = 176;

/** The only strategy of media that are written once as a whole. */
export const STRATEGY = 4;
const SETUID = 0x40;
const SETGID = 0x80;
const STICKY = 0x100;

/** File types (ECMA-167 4/14.6.6; sockets and links 12 and 10 as UDF readers take them). */
export const FILE_TYPE: Readonly<Record<NodeKind, number>> = {
  directory: 4,
  file: 5,
  'block-device': 6,
  'character-device': 7,
  fifo: 9,
  socket: 10,
  symlink: 12,
  'metadata-file': 250,
  'metadata-mirror': 251,
};

const KINDS: ReadonlyMap<number, NodeKind> = new Map(
  (Object.keys(FILE_TYPE) as NodeKind[]).map((kind) => [FILE_TYPE[kind], kind]),
);

/** The kind of a file type; undefined for types that only UDF has. */
export function kindOfFileType(type: number): NodeKind | undefined {
  return KINDS.get(type);
}

/** The data after the extended attributes: short or long allocation descriptors, or the content itself. */
export const DATA_FORM = { short: 0, long: 1, embedded: 3 } as const;
export type DataForm = (typeof DATA_FORM)[keyof typeof DATA_FORM];

/** The beginning of both forms of file entries. */
export const entryBeginning = {
  tag: reserved(0, TAG),
  priorEntries: u32le(16),
  strategy: u16le(20),
  strategyParameter: u16le(22),
  mostEntries: u16le(24),
  reserved26: reserved(26, 1),
  fileType: u8(27),
  parent: bytes(28, 6),
  flags: u16le(34),
  uid: u32le(36),
  gid: u32le(40),
  permissions: u32le(44),
  links: u16le(48),
  recordFormat: u8(50),
  recordDisplay: u8(51),
  recordLength: u32le(52),
  size: u64le(56),
} as const;

export const fileEntry = struct('UDF file entry', ENTRY_HEAD, {
  ...entryBeginning,
  blocks: u64le(64),
  accessed: stamp(72),
  modified: stamp(84),
  changed: stamp(96),
  checkpoint: u32le(108),
  attributes: longAd(112),
  implementation: entityId(128),
  uniqueId: u64le(160),
  attributesLength: u32le(168),
  allocationLength: u32le(172),
});
export type FileEntry = Value<typeof fileEntry>;

/** Bytes before extended attributes and allocation descriptors of the other form. */
export const EXTENDED_HEAD = 216;

/** The extended file entry: the file entry with one more time, and streams. */
export const extendedFileEntry = struct('UDF extended file entry', EXTENDED_HEAD, {
  ...entryBeginning,
  objectSize: u64le(64),
  blocks: u64le(72),
  accessed: stamp(80),
  modified: stamp(92),
  created: stamp(104),
  changed: stamp(116),
  checkpoint: u32le(128),
  reserved132: reserved(132, 4),
  attributes: longAd(136),
  streams: longAd(152),
  implementation: entityId(168),
  uniqueId: u64le(200),
  attributesLength: u32le(208),
  allocationLength: u32le(212),
});

/** Bits of the flags that give the {@link DataForm}. */
export const FORM_MASK = 7;

const NO_PARENT = new Uint8Array(6);

/** A file entry as it is meant. */
export interface EntryFacts {
  readonly kind: NodeKind;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly time: Timestamp;
  readonly links: number;
  /** Bytes of data. */
  readonly size: number;
  /** Blocks that the data take; 0 for embedded data. */
  readonly blocks: number;
  readonly uniqueId: number;
  readonly extendedAttributes: Uint8Array;
  readonly form: DataForm;
  /** Allocation descriptors, or the data. */
  readonly allocation: Uint8Array;
}

/** Writes an entry at byte `at`, as block `location` of its partition. */
export function writeFileEntry(
  facts: EntryFacts,
  into: Uint8Array,
  at: number,
  { location, tagVersion }: { readonly location: number; readonly tagVersion: number },
): void {
  const { kind, mode, uid, gid, time, links, size, blocks, uniqueId, extendedAttributes, form, allocation } = facts;
  const used = into.subarray(at, at + ENTRY_HEAD + extendedAttributes.length + allocation.length);
  const value: FileEntry = {
    priorEntries: 0,
    strategy: STRATEGY,
    strategyParameter: 0,
    mostEntries: 1,
    fileType: FILE_TYPE[kind],
    parent: NO_PARENT,
    flags: form | modeFlags(mode),
    uid,
    gid,
    permissions: permissions(mode),
    links: Math.min(links, 0xffff),
    recordFormat: 0,
    recordDisplay: 0,
    recordLength: 0,
    size,
    blocks,
    // A tree has one time per entry; readers expect three.
    accessed: time,
    modified: time,
    changed: time,
    checkpoint: 1,
    attributes: NOWHERE,
    implementation: IMPLEMENTATION,
    uniqueId,
    attributesLength: extendedAttributes.length,
    allocationLength: allocation.length,
  };
  fileEntry.encodeInto(value, used, 0);
  used.set(extendedAttributes, ENTRY_HEAD);
  used.set(allocation, ENTRY_HEAD + extendedAttributes.length);
  stamped(used, { id: TAG_ID.fileEntry, version: tagVersion, location });
}

/** Bytes left in a block for allocation descriptors or embedded data. */
export function entryRoom(extendedAttributes: number): number {
  return BLOCK - ENTRY_HEAD - extendedAttributes;
}

/** Five bits for each class, others lowest; the two above read, write and execute stay unset: nobody can change a medium. */
export function permissions(mode: number): number {
  return (mode & 7) | (((mode >> 3) & 7) << 5) | (((mode >> 6) & 7) << 10);
}

/** Inverse of {@link permissions} and of the mode flags. */
export function modeOf(permissionBits: number, flags: number): number {
  const classes = (permissionBits & 7) | (((permissionBits >> 5) & 7) << 3) | (((permissionBits >> 10) & 7) << 6);
  return classes | (flags & SETUID ? 0o4000 : 0) | (flags & SETGID ? 0o2000 : 0) | (flags & STICKY ? 0o1000 : 0);
}

/** Bits of the flags for set-user-ID, set-group-ID and the sticky bit. */
export function modeFlags(mode: number): number {
  return (mode & 0o4000 ? SETUID : 0) | (mode & 0o2000 ? SETGID : 0) | (mode & 0o1000 ? STICKY : 0);
}
