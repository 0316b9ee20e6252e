// Digests by their names.

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
