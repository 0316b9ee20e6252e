// Digests, and identities derived from a seed: UUIDs and serials that are the same in every run.

import { type Uuid, uuidFromBytes } from '../bytes/index.js';
import { digestOf } from './hash.js';

export * from './digest-names.js';
export { createDigest, digestOf } from './hash.js';

/** 32 bytes that depend only on the seed and on their purpose. */
export function deriveBytes(seed: string, purpose: string): Uint8Array {
  return digestOf('sha256', new TextEncoder().encode(`${purpose}\0${seed}`));
}

/** A version-4 UUID derived from a seed. */
export function deriveUuid(seed: string, purpose: string): Uuid {
  return uuidFromBytes(deriveBytes(seed, purpose));
}
