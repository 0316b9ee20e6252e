// Digests of contents that need not be read again.

import type { ExactContent } from './content.js';
import type { DigestName } from './digest-names.js';

/** Kinds of digests: `identity` leaves out blocks of zeros, the others are of the bytes of a content. */
export type KnownDigestName = 'identity' | DigestName;

/** Digests that earlier reads of the same contents have given. */
export interface KnownDigests {
  /** Prepares {@link find} for many contents: asking for each of their files alone takes longer. */
  prepare?(contents: readonly ExactContent[]): Promise<void>;
  /** The digest of a content; undefined if the content has to be read for it. */
  find(content: ExactContent, name: KnownDigestName): Uint8Array | undefined;
  /** Takes note of the digest of a content that has just been read. */
  learn(content: ExactContent, name: KnownDigestName, digest: Uint8Array): void;
}
