// The files of a description: regular files with a bounded total size.

import { constants, type FileHandle, open } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { decodeText } from './encoding.js';
import { LARGEST } from './xml.js';

/** Reads the files of one description, at most {@link LARGEST} bytes in total. */
export class DescriptionFiles {
  private bytes = 0;

  /** Throws {@link SourceError} for unreadable files, {@link InvalidInputError} `description.size` for too many bytes. */
  async text(path: string): Promise<string> {
    // A pipe without a writer would keep a blocking open waiting.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error) => {
      throw sourceError(fromText(path), error);
    });
    try {
      return decodeText(await this.read(handle, path), path);
    } finally {
      await handle.close();
    }
  }

  private async read(handle: FileHandle, path: string): Promise<Uint8Array> {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      throw new InvalidInputError('description.not-a-file', `${path} is not a regular file.`, { path });
    }
    if (this.bytes + stats.size > LARGEST) throw this.tooLarge(path, stats.size);
    const bytes = Buffer.alloc(LARGEST - this.bytes + 1);
    let length = 0;
    for (let more = 1; more > 0 && length < bytes.length; length += more) {
      const read = await handle.read(bytes, length, bytes.length - length, length).catch((error) => {
        throw sourceError(fromText(path), error);
      });
      more = read.bytesRead;
    }
    this.bytes += length;
    // Files of /proc have size 0.
    if (this.bytes > LARGEST) throw this.tooLarge(path, length);
    return bytes.subarray(0, length);
  }

  private tooLarge(path: string, size: number): InvalidInputError {
    const message = `The file has ${size} bytes; no description has more than ${LARGEST}, with all that it includes.`;
    return new InvalidInputError('description.size', message, { path, hint: 'Is this an image description?' });
  }
}
