// Files without a name, for data that has to be unpacked before it can be read at random.

import { mkdtemp, open, rm } from 'node:fs/promises';
import { type ByteString, byteStringOf, displayText, fromText } from '../bytes/index.js';
import { TargetError } from '../errors.js';
import type { Source } from './content.js';
import { rangeSource } from './file.js';
import { pathBuffer } from './host-path.js';
import { isZero } from './zero.js';

/** The files of one piece of work. They are gone when it is closed, and when the process ends. */
export class Spool {
  readonly #directory: ByteString;
  readonly #close: (() => Promise<void>)[] = [];
  readonly #kept = new WeakMap<Source, Promise<Source>>();

  /** The directory needs room for what is unpacked. */
  constructor(directory: ByteString) {
    this.#directory = directory;
  }

  /** The data that `unpack` makes of a source, kept in a file: made once, however often it is asked for. Throws {@link TargetError} `target.spool`. */
  keep(packed: Source, unpack: () => AsyncIterable<Uint8Array>): Promise<Source> {
    const known = this.#kept.get(packed);
    if (known) return known;
    const made = this.#file(unpack());
    this.#kept.set(packed, made);
    return made;
  }

  /**
   * The path of an empty file, for code that opens files by their paths. It has no other name, and leads to it in this process only.
   * @internal
   */
  async path(): Promise<ByteString> {
    const { file } = await this.#open();
    this.#close.push(() => file.close());
    return fromText(`/proc/self/fd/${file.fd}`);
  }

  async close(): Promise<void> {
    for (const close of this.#close.splice(0)) await close();
  }

  async #file(pieces: AsyncIterable<Uint8Array>): Promise<Source> {
    const { path, file } = await this.#open();
    this.#close.push(() => file.close());
    let at = 0;
    for await (const piece of pieces) {
      // Zeros stay holes: a small file may unpack to many.
      if (!isZero(piece)) await file.write(piece, 0, piece.length, at).catch((error) => this.#failed(error));
      at += piece.length;
    }
    await file.truncate(at).catch((error) => this.#failed(error));
    return rangeSource(path, file, { at: 0, length: at });
  }

  async #open() {
    try {
      const prefix = pathBuffer(`${this.#directory}/.isopress-` as ByteString) as unknown as string;
      const directory = byteStringOf(await mkdtemp(prefix, 'buffer'));
      try {
        const path = `${directory}/spool` as ByteString;
        return { path, file: await open(pathBuffer(path), 'wx+', 0o600) };
      } finally {
        // The open file stays.
        await rm(pathBuffer(directory), { recursive: true, force: true });
      }
    } catch (error) {
      return this.#failed(error);
    }
  }

  #failed(error: unknown): never {
    const shown = displayText(this.#directory);
    const message = `Data cannot be unpacked into ${shown}: ${(error as Error).message}.`;
    throw new TargetError('target.spool', message, { path: shown, cause: error });
  }
}
