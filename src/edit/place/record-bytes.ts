// Changes of single values in kept directory records; all other bytes stay.

import { concatBytes, type Timestamp } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';
import { FLAG_MULTI_EXTENT, writeShortDate } from '../../format/iso9660/index.js';
import type { Attributes } from '../../tree/index.js';
import type { AttributeValues } from '../kept/entries.js';

/** Offsets of ECMA-119 §9.1. */
const AT = { extendedLength: 1, extent: 2, size: 10, time: 18, flags: 25, nameLength: 32, name: 33 } as const;
const HEAD = 4;
/** Fields of PX (RRIP 1.12, 4.1.1) after its head. */
const PX_LINKS = 8;
const PX_UID = 16;
const PX_GID = 24;
const PX_SERIAL = 32;
const TYPE_MASK = 0o170000;
const MODE_MASK = 0o7777;
const TF_LONG_FORM = 0x80;
const TF_CREATION = 0x01;
const SHORT_TIME = 7;
/** Modification, access and attribute change in TF. */
const TF_SET = [0x02, 0x04, 0x08];

/** Block of a record's data, which comes after its extended attribute record if it has one. */
export function extentOf(record: Uint8Array): number {
  return view(record).getUint32(AT.extent, true) + record[AT.extendedLength]!;
}

export function sizeOf(record: Uint8Array): number {
  return view(record).getUint32(AT.size, true);
}

/** Sets the block of a record's data. */
export function setExtent(record: Uint8Array, block: number): void {
  setBoth(record, AT.extent, block - record[AT.extendedLength]!);
}

export function setSize(record: Uint8Array, size: number): void {
  setBoth(record, AT.size, size);
}

/** Sets the flag that another extent of the same file follows. */
export function setContinues(record: Uint8Array, continues: boolean): void {
  record[AT.flags] = (record[AT.flags]! & ~FLAG_MULTI_EXTENT) | (continues ? FLAG_MULTI_EXTENT : 0);
}

/** Changes the link count of a directory, if the record has one. */
export function addLinks(record: Uint8Array, skip: number, change: number): void {
  for (const { signature, at } of inlineFields(record, skip)) {
    if (signature !== 'PX') continue;
    const links = view(record).getUint32(at + HEAD + PX_LINKS, true) + change;
    setBoth(record, at + HEAD + PX_LINKS, Math.max(links, 1));
  }
}

/** Sets values in the PX field of a record. Throws {@link UnsupportedError} if that continues elsewhere, and a mode or owner is among them. */
export function setAttributes(record: Uint8Array, skip: number, values: AttributeValues): void {
  const field = [...inlineFields(record, skip)].find(({ signature }) => signature === 'PX');
  const { mode, uid, gid } = values;
  if (!field && (mode ?? uid ?? gid) === undefined) return;
  if (!field) {
    const message = 'A directory record does not hold its mode and owner itself, so they cannot be changed.';
    throw new UnsupportedError('edit.attributes', message);
  }
  setFieldAttributes(record, field.at, values);
}

/** A system use field, with another mode and owner if it is PX. */
export function fieldWithAttributes(field: Uint8Array, values: AttributeValues): Uint8Array {
  if (String.fromCharCode(field[0] ?? 0, field[1] ?? 0) !== 'PX') return field;
  const made = field.slice();
  setFieldAttributes(made, 0, values);
  return made;
}

function setFieldAttributes(bytes: Uint8Array, at: number, values: AttributeValues): void {
  const { mode, uid, gid, links, serial } = values;
  const old = view(bytes).getUint32(at + HEAD, true);
  if (mode !== undefined) setBoth(bytes, at + HEAD, ((old & TYPE_MASK) | (mode & MODE_MASK)) >>> 0);
  if (uid !== undefined) setBoth(bytes, at + HEAD + PX_UID, uid);
  if (gid !== undefined) setBoth(bytes, at + HEAD + PX_GID, gid);
  if (links !== undefined) setBoth(bytes, at + HEAD + PX_LINKS, links);
  // Only Rock Ridge 1.12 has it.
  if (serial !== undefined && bytes[at + 2]! >= HEAD + PX_SERIAL + 8) setBoth(bytes, at + HEAD + PX_SERIAL, serial);
}

/** Sets the times of a file, in the record itself and in its TF field. */
export function setTimes(record: Uint8Array, skip: number, { mtime }: Pick<Attributes, 'mtime'>): void {
  writeTime(record, AT.time, mtime);
  for (const { signature, at } of inlineFields(record, skip)) {
    if (signature !== 'TF' || (record[at + HEAD]! & TF_LONG_FORM) !== 0) continue;
    const flags = record[at + HEAD]!;
    let place = at + HEAD + 1 + ((flags & TF_CREATION) !== 0 ? SHORT_TIME : 0);
    for (const flag of TF_SET) {
      if ((flags & flag) === 0 || place + SHORT_TIME > record.length) continue;
      writeTime(record, place, mtime);
      place += SHORT_TIME;
    }
  }
}

/** The fields PX and TF of a record, for "." and ".." of its subdirectories. */
export function ownFields(record: Uint8Array, skip: number): Uint8Array[] {
  return [...inlineFields(record, skip)]
    .filter(({ signature }) => signature === 'PX' || signature === 'TF')
    .map(({ at, length }) => record.slice(at, at + length));
}

/** Bytes of a record before its system use fields. */
export function headOf(record: Uint8Array): Uint8Array {
  const names = AT.name + record[AT.nameLength]!;
  return record.slice(0, names + (names % 2));
}

/** A record with other system use fields. */
export function withSystemUse(record: Uint8Array, systemUse: Uint8Array): Uint8Array {
  const head = headOf(record);
  const length = head.length + systemUse.length;
  const made = new Uint8Array(length + (length % 2));
  made.set(head);
  made.set(systemUse, head.length);
  made[0] = made.length;
  return made;
}

/** A record without the field that says how the bytes of the file are compressed. */
export function withoutZisofs(record: Uint8Array, skip: number): Uint8Array {
  for (const { signature, at, length } of inlineFields(record, skip)) {
    if (signature !== 'ZF') continue;
    const head = headOf(record).length;
    return withSystemUse(record, concatBytes([record.subarray(head, at), record.subarray(at + length)]));
  }
  return record;
}

/** The block that a CL or PL field points to; undefined for other fields. */
export function pointedBlock(field: Uint8Array): number | undefined {
  const signature = String.fromCharCode(field[0] ?? 0, field[1] ?? 0);
  if ((signature !== 'CL' && signature !== 'PL') || field.length < HEAD + 8) return undefined;
  return view(field).getUint32(HEAD, true);
}

/** A CL or PL field that points to another block. */
export function pointingTo(field: Uint8Array, block: number): Uint8Array {
  const made = field.slice();
  setBoth(made, HEAD, block);
  return made;
}

/** The system use fields in the record itself, without those in continuation areas. */
function* inlineFields(record: Uint8Array, skip: number) {
  const names = AT.name + record[AT.nameLength]!;
  for (let at = names + (names % 2) + skip; at + HEAD <= record.length; at += record[at + 2]!) {
    const length = record[at + 2]!;
    if (length < HEAD || at + length > record.length) return;
    yield { signature: String.fromCharCode(record[at]!, record[at + 1]!), at, length };
  }
}

function writeTime(record: Uint8Array, at: number, time: Timestamp): void {
  writeShortDate(view(record), at, time);
}

function setBoth(record: Uint8Array, at: number, value: number): void {
  view(record).setUint32(at, value, true);
  view(record).setUint32(at + 4, value, false);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
