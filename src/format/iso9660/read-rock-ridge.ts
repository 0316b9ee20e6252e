// Rock Ridge as it is read: what the fields of one record say about its file (RRIP 1.10 and 1.12).

import { type ByteString, byteStringOf, type Timestamp } from '../../bytes/index.js';
import type { Xattr } from '../../tree/index.js';
import { longDate, shortDate } from './date.js';
import { attributesIn } from './read-aaip.js';
import type { UseField } from './read-system-use.js';
import type { ZisofsFacts } from './zisofs.js';

/** The values of the fields; undefined if no field has the value. */
export interface RockRidgeFacts {
  readonly name?: ByteString;
  /** Type and permissions, as in st_mode. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly links?: number;
  /** 0 if there are none. */
  readonly serial?: number;
  readonly mtime?: Timestamp;
  readonly target?: ByteString;
  readonly device?: readonly [major: number, minor: number];
  /** Block of the directory whose placeholder this record is. */
  readonly movedTo?: number;
  /** How the bytes of the file are compressed. */
  readonly zisofs?: ZisofsFacts;
  /** This directory belongs elsewhere in the tree. */
  readonly isMoved?: boolean;
  readonly xattrs: readonly Xattr[];
}

const CONTINUES = 1;
const NAME_SPECIAL = 2 | 4;
const CREATION = 1;
const MODIFICATION = 2;
const LONG_FORM = 0x80;
const COMPONENTS: Readonly<Record<number, string>> = { 2: '.', 4: '..', 8: '/' };
const COMPONENT_ROOT = 8;

/** Collects the values of the fields of one record. */
export function rockRidgeFacts(fields: readonly UseField[]): RockRidgeFacts {
  const facts: { -readonly [K in keyof RockRidgeFacts]: RockRidgeFacts[K] } = { xattrs: attributesIn(fields) };
  let name = '';
  let hasName = false;
  for (const { signature, data } of fields) {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (signature === 'PX' && data.length >= 32) {
      facts.mode = view.getUint32(0, true);
      facts.links = view.getUint32(8, true);
      facts.uid = view.getUint32(16, true);
      facts.gid = view.getUint32(24, true);
      facts.serial = data.length >= 40 ? view.getUint32(32, true) : 0;
    }
    if (signature === 'NM' && data.length > 0 && (data[0]! & NAME_SPECIAL) === 0) {
      name += byteStringOf(data.subarray(1));
      hasName = true;
    }
    const mtime = signature === 'TF' && data.length > 0 ? modification(data, view) : undefined;
    if (mtime) facts.mtime = mtime;
    if (signature === 'PN' && data.length >= 16)
      facts.device = device(view.getUint32(0, true), view.getUint32(8, true));
    if (signature === 'CL' && data.length >= 8) facts.movedTo = view.getUint32(0, true);
    if (signature === 'RE') facts.isMoved = true;
    if (signature === 'ZF' && data.length >= 8) facts.zisofs = zisofs(data, view);
  }
  if (hasName) facts.name = name as ByteString;
  const links = fields.filter(({ signature }) => signature === 'SL');
  if (links.length > 0) facts.target = target(links);
  return facts;
}

function modification(data: Uint8Array, view: DataView): Timestamp | undefined {
  const flags = data[0]!;
  if ((flags & MODIFICATION) === 0) return undefined;
  const isLong = (flags & LONG_FORM) !== 0;
  // Times come in the order of their flags; only that of creation is in front.
  const field = isLong ? longDate(0) : shortDate(0);
  const at = 1 + ((flags & CREATION) !== 0 ? field.length : 0);
  return at + field.length <= data.length ? field.read(view, at) : undefined;
}

function zisofs(data: Uint8Array, view: DataView): ZisofsFacts {
  return {
    algorithm: byteStringOf(data.subarray(0, 2)),
    headerSize: data[2]! * 4,
    blockLog: data[3]!,
    size: view.getUint32(4, true),
  };
}

/**
 * Major and minor in the two halves, or, with nothing in the high one, both in the low one as in dev_t: xorriso stores it so, and
 * the bits of the minor above the eighth come after the 12 bits of the major.
 */
function device(high: number, low: number): readonly [number, number] {
  if (high !== 0 || low <= 0xff) return [high, low];
  return [(low >>> 8) & 0xfff, (low & 0xff) | ((low >>> 12) & 0xfff00)];
}

/** Components with slashes between, put together as Linux does it. */
function target(links: readonly UseField[]): ByteString {
  let text = '';
  for (const { data } of links) {
    const goesOn = (data[0]! & CONTINUES) !== 0;
    for (let at = 1; at + 2 <= data.length; ) {
      const [flags, length] = [data[at]!, data[at + 1]!];
      const kind = flags & ~CONTINUES;
      const end = Math.min(at + 2 + length, data.length);
      text += COMPONENTS[kind] ?? byteStringOf(data.subarray(at + 2, end));
      at += 2 + length;
      const isLast = at + 2 > data.length && !goesOn;
      if (!isLast && kind !== COMPONENT_ROOT && (flags & CONTINUES) === 0) text += '/';
    }
  }
  return text as ByteString;
}
