// One file for everything that has to be unpacked, because an image may have more layers than a process may have open files.

import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidImageError, TargetError } from '../../errors.js';
import { ArchiveFile, identityOf, isZero, pathBuffer } from '../../io/index.js';
import type { StoredRange } from './stored-range.js';

export class SpoolFile {
  readonly path: ByteString;
  readonly #limit: number;
  #end = 0;
  #file: FileHandle | undefined;
  #archive: ArchiveFile | undefined;

  /** The file is made, or emptied, at the first append. `limit` is its largest size. */
  constructor(path: ByteString, limit: number) {
    this.path = path;
    this.#limit = limit;
  }

  /** Bytes that can still be appended. */
  get room(): number {
    return this.#limit - this.#end;
  }

  /** Appends pieces, and returns their range. Throws {@link TargetError} `target.spool`, and {@link InvalidImageError} beyond the limit. */
  async append(pieces: AsyncIterable<Uint8Array>): Promise<StoredRange> {
    const file = await this.#opened();
    const at = this.#end;
    for await (const piece of pieces) {
      if (piece.length > this.room) throw tooLarge(this.#limit);
      // Zeros are not written, because a small file may unpack to very many.
      if (!isZero(piece)) await this.#write(file, piece);
      this.#end += piece.length;
    }
    await file.truncate(this.#end).catch((error) => this.#failed(error));
    this.#archive ??= new ArchiveFile(this.path, identityOf(await file.stat()));
    return { archive: this.#archive, at, length: this.#end - at };
  }

  /** Closes the file, which keeps its bytes. */
  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  async #write(file: FileHandle, piece: Uint8Array): Promise<void> {
    for (let from = 0; from < piece.length; ) {
      const left = piece.length - from;
      const { bytesWritten } = await file
        .write(piece, from, left, this.#end + from)
        .catch((error) => this.#failed(error));
      from += bytesWritten;
    }
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file) return this.#file;
    const flags = constants.O_RDWR | constants.O_CREAT | (this.#end === 0 ? constants.O_TRUNC : 0);
    this.#file = await open(pathBuffer(this.path), flags, 0o600).catch((error) => this.#failed(error));
    return this.#file;
  }

  #failed(error: unknown): never {
    const shown = displayText(this.path);
    throw new TargetError('target.spool', `${shown} cannot be written: ${(error as Error).message}.`, {
      path: shown,
      cause: error,
    });
  }
}

function tooLarge(limit: number): InvalidImageError {
  return new InvalidImageError('compress.too-large', `The layers unpack to more than ${limit} bytes.`, {
    hint: 'Unpack the image yourself if that is intended.',
  });
}
