// Where an image goes: what every destination can do, and an image in memory.

import type { ExactContent, Range, Source } from './content.js';
import { bytesSource } from './memory.js';
import type { Unread } from './unread.js';

/** A destination, not yet opened. */
export interface Target {
  /** For messages. */
  readonly name: string;
  /** Whether bytes can be written after the front and read again; needed for backpatches and seals. */
  readonly randomAccess: boolean;
  /** Capacity in bytes, if known: the size of a device. */
  readonly capacity?: number | undefined;
  /** Throws the errors of `open` that can be detected now, and changes nothing. */
  check?(): Promise<void>;
  /**
   * Begins to copy content without holes that the image will most likely have at this offset, while the image is planned. What is written
   * there later replaces it. Does nothing where the system copies no content. Its errors are those of `open`.
   */
  copyAhead?(content: ExactContent, at: number): void;
  /** Waits for what is copied ahead; `signal` ends that. */
  open(signal?: AbortSignal): Promise<OpenTarget>;
  /** Removes what was copied ahead for an image that is not written after all. Does nothing after `open`. */
  abandon?(): Promise<void>;
}

/** An open destination. */
export interface OpenTarget {
  /** Whether a write may begin before the one before it is done. Default false. */
  readonly concurrentWrites?: boolean;
  /**
   * The part that was copied ahead. Zeros of the image are written there.
   * @internal
   */
  readonly copiedAhead?: Range | undefined;
  /** Writes at an absolute offset. A gap that is never written reads as zeros. The bytes can be reused when this resolves. */
  write(at: number, bytes: Uint8Array): Promise<void>;
  /**
   * Has the system copy a content to an absolute offset. False if it cannot: a part of it may have been written.
   * @internal
   */
  copy?(content: ExactContent, at: number): Promise<boolean>;
  /**
   * Has bytes read and written at an absolute offset.
   * @internal
   */
  move?(at: number, unread: Unread): Promise<void>;
  /** Sets the final size after everything has been written; unwritten bytes read as zeros from now on. */
  complete(size: number): Promise<void>;
  /** The completed image of `size` bytes, to be read. Only with `randomAccess`. */
  image(size: number): Source;
  /** Makes the completed image visible under its name. */
  publish(): Promise<void>;
  /** Removes every trace. Safe to call after anything failed. */
  abandon(): Promise<void>;
}

/** An image in memory; `bytes()` after it was written. */
export function memoryTarget(): Target & { bytes(): Uint8Array } {
  let buffer = new Uint8Array(0);
  const grow = (size: number) => {
    if (size <= buffer.length) return;
    const larger = new Uint8Array(Math.max(size, buffer.length * 2));
    larger.set(buffer);
    buffer = larger;
  };
  const opened: OpenTarget = {
    write: async (at, bytes) => {
      grow(at + bytes.length);
      buffer.set(bytes, at);
    },
    complete: async (size) => {
      grow(size);
      buffer = buffer.slice(0, size);
    },
    image: (size) => bytesSource(buffer.subarray(0, size)),
    publish: async () => {},
    abandon: async () => {
      buffer = new Uint8Array(0);
    },
  };
  return { name: 'memory', randomAccess: true, open: async () => opened, bytes: () => buffer };
}
