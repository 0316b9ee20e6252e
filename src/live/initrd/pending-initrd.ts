// The initrd as content of a medium while it is still being made: it comes after the root image, where writing waits for it.

import { UnsupportedError } from '../../errors.js';
import { type Content, type OpenContent, pieceLength } from '../../io/index.js';

/** Most bytes that Linux accepts (initrd_addr_max of the x86 boot protocol). */
export const LARGEST_INITRD = 0x7fff_ffff;

/** Writing it throws {@link UnsupportedError} if the initrd is larger than Linux accepts. */
export function pendingInitrd(pending: Promise<{ readonly content: Content }>): OpenContent {
  return {
    sizeLimit: LARGEST_INITRD,
    async *pieces(run) {
      const { content } = await pending;
      if (content.size !== undefined && content.size > LARGEST_INITRD) throw tooLarge();
      let size = 0;
      for await (const piece of content.pieces(run)) {
        size += pieceLength(piece);
        if (size > LARGEST_INITRD) throw tooLarge();
        yield piece;
      }
    },
  };
}

/** The content of an initrd whose making has not begun. */
export interface DeferredInitrd {
  readonly content: OpenContent;
  /** Gives it what is being made. */
  settle(pending: Promise<{ readonly content: Content }>): void;
}

/** Its content waits until there is something to wait for. */
export function deferredInitrd(): DeferredInitrd {
  let settle: DeferredInitrd['settle'] = () => {};
  const pending = new Promise<{ readonly content: Content }>((resolve) => {
    settle = resolve;
  });
  // Its maker reports the error; nobody may have begun to read it by then.
  pending.catch(() => {});
  return { content: pendingInitrd(pending), settle };
}

function tooLarge(): UnsupportedError {
  return new UnsupportedError(
    'live.initrd-too-large',
    'The initrd is larger than the 2 GiB that a boot loader can hand over.',
  );
}
