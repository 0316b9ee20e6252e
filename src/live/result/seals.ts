// Checks of the finished ISO before it gets its name: a limit on its size, and its digest for the report.

import { InvalidInputError } from '../../errors.js';
import { digestAhead, type Seal } from '../../io/index.js';

/** Refuses an image of more than `limit` bytes: KIWI's `build_constraints: - max_size`. */
export function sizeLimitSeal(limit: number, path: string): Seal {
  return {
    name: 'size limit',
    seal: async ({ size }) => {
      checkImageSize(size, limit, path);
      return [];
    },
  };
}

/** Throws {@link InvalidInputError} `live.too-large`. */
export function checkImageSize(size: number, limit: number, path: string): void {
  if (size <= limit) return;
  throw new InvalidInputError(
    'live.too-large',
    `Build constraint failed: ${path} is ${size} bytes, bigger than ${limit}.`,
    {
      path,
      hint: 'Raise max_size of build_constraints in the runtime configuration, or take something out of the root tree.',
    },
  );
}

/** Reports the SHA-256 of the image, read from the page cache; it must be the last seal. `use` gets all bytes, in order, on loan. */
export function digestSeal(learn: (hex: string) => void, use?: (bytes: Uint8Array) => Promise<void>): Seal {
  return {
    name: 'digest',
    seal: async (image, run) => {
      const read = (into: Uint8Array, at: number) => {
        run.signal?.throwIfAborted();
        return image.read(at, into);
      };
      learn(await digestAhead(read, image.size, use));
      return [];
    },
  };
}
