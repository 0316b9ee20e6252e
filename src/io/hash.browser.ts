// Digests in browsers, which have none that are synchronous.

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import type { DigestName } from './digest-names.js';
import type * as host from './hash.js';

const ALGORITHMS = { md5, sha1, sha224, sha256, sha384, sha512 } as const satisfies Record<DigestName, unknown>;

/** As on Node.js. */
export const createDigest: typeof host.createDigest = (name) => {
  const state = ALGORITHMS[name].create();
  return {
    update: (bytes) => {
      state.update(bytes);
    },
    snapshot: () => state.clone().digest(),
    hex: () => Array.from(state.digest(), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
};

/** As on Node.js. */
export const digestOf: typeof host.digestOf = (name, bytes) => ALGORITHMS[name](bytes);
