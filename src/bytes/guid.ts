// UUIDs and GUIDs. Same 16 values, two byte orders: RFC 9562 §4 (big-endian) and the mixed order of GPT (UEFI 2.11 app. A).

import { hexOf } from './hex.js';

const TEXT = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Canonical lower-case text `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` of a UUID. */
export type Uuid = string;

export function isUuid(text: string): boolean {
  return TEXT.test(text);
}

/** 16 bytes in text order (ext4, squashfs, RFC 9562). */
export function uuidBytes(uuid: Uuid): Uint8Array {
  const hex = uuid.replaceAll('-', '');
  return Uint8Array.from({ length: 16 }, (_, i) => Number.parseInt(hex.slice(i * 2, i * 2 + 2), 16));
}

/** 16 bytes in text order → canonical text. */
export function uuidText(bytes: Uint8Array): Uuid {
  const hex = hexOf(bytes.subarray(0, 16));
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** 16 bytes with the first three fields little-endian, as GPT stores a GUID. */
export function guidBytes(uuid: Uuid): Uint8Array {
  return swapFields(uuidBytes(uuid));
}

/** Inverse of {@link guidBytes}. */
export function guidText(bytes: Uint8Array): Uuid {
  return uuidText(swapFields(bytes));
}

/** Stamps version 4 and the RFC variant on 16 arbitrary bytes: the form tools expect of a generated identity. */
export function uuidFromBytes(random: Uint8Array): Uuid {
  const bytes = random.slice(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return uuidText(bytes);
}

function swapFields(bytes: Uint8Array): Uint8Array {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (from) => bytes[from]!);
}
