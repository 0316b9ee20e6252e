// The files of a description: regular files with a bounded total size.

import { fromText } from '../../bytes/index.js';
import { InvalidInputError, IsopressError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { type FileFault, readSmallFile } from '../files/read-small-file.js';
import { decodeText } from './encoding.js';
import { LARGEST } from './xml.js';

/** Reads the files of one description, at most {@link LARGEST} bytes in total. */
export class DescriptionFiles {
  private bytes = 0;

  /** Throws {@link SourceError} for unreadable files, {@link InvalidInputError} `description.size` for too many bytes. */
  async text(path: string): Promise<string> {
    const refuse = (fault: FileFault, size: number) => refused(path, fault, size);
    const bytes = await readSmallFile(path, LARGEST - this.bytes, refuse).catch((error) => {
      throw error instanceof IsopressError ? error : sourceError(fromText(path), error);
    });
    this.bytes += bytes.length;
    return decodeText(bytes, path);
  }
}

function refused(path: string, fault: FileFault, size: number): InvalidInputError {
  if (fault === 'not-regular') {
    return new InvalidInputError('description.not-a-file', `${path} is not a regular file.`, { path });
  }
  const message = `The file has ${size} bytes; no description has more than ${LARGEST}, with all that it includes.`;
  return new InvalidInputError('description.size', message, { path, hint: 'Is this an image description?' });
}
