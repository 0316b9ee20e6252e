// Records: one for each key, as a small text that contains its own digest and key, so that damage and mix-ups show.

import { digestOf } from '../io/index.js';
import { hexOf } from './key.js';

/** A stored content, by the SHA-256 of its bytes. */
export interface Blob {
  /** Hexadecimal. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/** The entry of a key. */
export interface CacheRecord {
  readonly key: string;
  /** `initrd`, `blocks`, `iso` or `digests`. */
  readonly kind: string;
  /** Contents by their role, such as `iso` or `index`. */
  readonly blobs: Readonly<Record<string, Blob>>;
  /** Facts about the contents; their form depends on the kind. */
  readonly facts: unknown;
}

/** Largest record that is read, in bytes. */
export const LARGEST_RECORD = 1 << 20;
const HEAD = 'isopress record 1 ';
const HEX = /^[0-9a-f]{64}$/;

/** Two lines: a digest, and the JSON that it is of. */
export function renderRecord(record: CacheRecord): Buffer {
  const text = JSON.stringify(record);
  return Buffer.from(`${HEAD}${hexOf(digestOf('sha256', Buffer.from(text)))}\n${text}\n`);
}

/** The record; undefined for bytes that are not an undamaged record. */
export function parseRecord(bytes: Uint8Array): CacheRecord | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
  const [head = '', json = ''] = text.split('\n');
  if (head !== `${HEAD}${hexOf(digestOf('sha256', Buffer.from(json)))}`) return undefined;
  const { key, kind, blobs, facts } = JSON.parse(json) as CacheRecord;
  const isWhole = typeof key === 'string' && HEX.test(key) && typeof kind === 'string' && isBlobs(blobs);
  return isWhole ? { key, kind, blobs, facts } : undefined;
}

function isBlobs(blobs: unknown): blobs is CacheRecord['blobs'] {
  return typeof blobs === 'object' && blobs !== null && Object.values(blobs).every(isBlob);
}

/** Whether a value from a store is a valid blob. Its digest becomes part of a path, so nothing but hexadecimal digits may pass. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, size } = value as Partial<Blob>;
  return typeof digest === 'string' && HEX.test(digest) && Number.isSafeInteger(size) && size! >= 0;
}
