// Digests, and identities derived from a seed: UUIDs and serials that are the same in every run.

import { createHash, hash } from 'node:crypto';
import { type Uuid, uuidFromBytes } from '../bytes/index.js';

/** Names of digests, the weakest first. */
export const DIGEST_NAMES = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'] as const;
/** A digest by its usual name in lower case. */
export type DigestName = (typeof DIGEST_NAMES)[number];

/** An incremental digest. */
export interface Digest {
  update(bytes: Uint8Array): void;
  /** Digest of everything so far; more may follow. */
  snapshot(): Uint8Array;
  /** Lower-case hexadecimal digest of everything; ends the digest. */
  hex(): string;
}

export function createDigest(name: DigestName): Digest {
  const hash = createHash(name);
  return {
    update: (bytes) => {
      hash.update(bytes);
    },
    snapshot: () => hash.copy().digest(),
    hex: () => hash.digest('hex'),
  };
}

/** The digest of complete bytes: several times as fast as {@link createDigest} for short ones. */
export function digestOf(name: DigestName, bytes: Uint8Array): Uint8Array {
  return hash(name, bytes, 'buffer');
}

/** 32 bytes that depend only on the seed and on their purpose. */
export function deriveBytes(seed: string, purpose: string): Uint8Array {
  return createHash('sha256').update(`${purpose}\0${seed}`).digest();
}

/** A version-4 UUID derived from a seed. */
export function deriveUuid(seed: string, purpose: string): Uuid {
  return uuidFromBytes(deriveBytes(seed, purpose));
}
