// A tar file of the running system as a tree: told by its first bytes whether it is compressed, unpacked to a spool file if
// so, and read from there. Contents open the file only while they are read, so nothing has to be closed.

import { open } from 'node:fs/promises';
import { type ByteString, displayText } from '../../bytes/index.js';
import { SIGNATURE_LENGTH, streamFormat, unpackStream } from '../../compress/index.js';
import { IsopressError, TargetError } from '../../errors.js';
import { asBytes, type FileSource, fileRange, openFileSource, pathBuffer, type Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { readTar } from './tree.js';

export interface TarballOptions {
  /** Where to unpack a compressed archive to; the file must stay there while the tree is in use. */
  readonly spool: ByteString;
  /** What messages call the archive. Default: its path. */
  readonly name?: string;
  /** Most bytes a compressed archive may become. Default 64 GiB. */
  readonly limit?: number;
}

const LIMIT = 64 * 1024 ** 3;

/**
 * Reads an archive: plain, or compressed by gzip, bzip2, xz or zstd. Throws {@link SourceError} when it cannot be read and
 * {@link InvalidImageError} when it is no sound tar archive; both name it.
 */
export async function scanTarball(path: ByteString, options: TarballOptions, run: Run): Promise<FileTree> {
  const archive = await openFileSource(path);
  try {
    const format = await formatOf(archive);
    if (format === 'none') return await readTar(archive, (range) => fileRange(path, range), run);
    const { spool, limit = LIMIT } = options;
    await spoolTo(spool, unpackStream(format, asBytes(archive.pieces(run)), limit));
    const unpacked = await openFileSource(spool);
    try {
      return await readTar(unpacked, (range) => fileRange(spool, range), run);
    } finally {
      await unpacked.close();
    }
  } catch (error) {
    throw named(error, options.name ?? displayText(path));
  } finally {
    await archive.close();
  }
}

async function formatOf(archive: FileSource) {
  const head = new Uint8Array(Math.min(SIGNATURE_LENGTH, archive.size));
  await archive.read(0, head);
  return streamFormat(head);
}

async function spoolTo(path: ByteString, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const shown = displayText(path);
  const failed = (error: unknown) =>
    new TargetError('target.spool', `${shown} cannot be written: ${(error as Error).message}.`, {
      path: shown,
      cause: error,
    });
  const file = await open(pathBuffer(path), 'w', 0o600).catch((error) => {
    throw failed(error);
  });
  try {
    for await (const piece of pieces) {
      await file.writeFile(piece).catch((error) => {
        throw failed(error);
      });
    }
  } finally {
    await file.close();
  }
}

/** The same error, saying which archive it is about. */
function named(error: unknown, shown: string): unknown {
  if (!(error instanceof IsopressError) || !/^(tar|compress)\./.test(error.code)) return error;
  const Kind = error.constructor as new (...given: ConstructorParameters<typeof IsopressError>) => IsopressError;
  return new Kind(error.code, `${shown}: ${error.message}`, {
    ...error.place,
    path: shown,
    hint: error.wording.hint,
    cause: error,
  });
}
