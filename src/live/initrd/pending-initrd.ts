// The initrd as content of a medium while it is still being made: its place is after the root image, and the writer of the medium
// waits for it there.

import { UnsupportedError } from '../../errors.js';
import type { ExactContent, OpenContent } from '../../io/index.js';

/** The most that Linux accepts (initrd_addr_max of the x86 boot protocol). */
const LARGEST = 0x7fff_ffff;

export function pendingInitrd(pending: Promise<{ readonly content: ExactContent }>): OpenContent {
  return {
    sizeLimit: LARGEST,
    async *pieces(run) {
      const { content } = await pending;
      if (content.size > LARGEST) {
        const message = `An initrd of ${content.size} bytes is larger than the 2 GiB that a boot loader can hand over.`;
        throw new UnsupportedError('live.initrd-too-large', message);
      }
      yield* content.pieces(run);
    },
  };
}
