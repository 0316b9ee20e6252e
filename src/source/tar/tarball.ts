// A tar file of the running system as a tree: its first bytes show whether it is compressed, it is unpacked to a spool file if
// so, and read from there. Contents open the file only while they are read, so nothing has to be closed.

import { open } from 'node:fs/promises';
import { type ByteString, displayText, SIGNATURE_LENGTH, streamFormat } from '../../bytes/index.js';
import { UNPACK_LIMIT, unpackStream } from '../../compress/index.js';
import { InvalidImageError, IsopressError, TargetError } from '../../errors.js';
import { ArchiveFile, asBytes, type FileSource, openFileSource, pathBuffer, type Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { meterOfCompressed } from './meter.js';
import { errorOfOtherKind, type Identify } from './no-archive.js';
import { readTar, type TarTreeOptions } from './tree.js';

export interface TarballOptions extends TarTreeOptions {
  /** Where to unpack a compressed archive to; the file must stay there while the tree is in use. */
  readonly spool: ByteString;
  /** Name of the archive in messages. Default: its path. */
  readonly name?: string;
  /** Names the kind of a file that is not an archive. */
  readonly identify?: Identify;
  /** Most bytes a compressed archive may become. Default 64 GiB. */
  readonly limit?: number;
}

/**
 * Reads an archive, plain or compressed. Throws {@link SourceError} when it cannot be read, {@link InvalidImageError} when it
 * is not a valid tar archive, and {@link UnsupportedError} for other known kinds of files; the message names it.
 */
export async function scanTarball(path: ByteString, options: TarballOptions, run: Run): Promise<FileTree> {
  const archive = await openFileSource(path);
  try {
    const format = await formatOf(archive);
    if (format === 'none') return await readNamed(archive, path, undefined, options, run);
    const { spool, limit = UNPACK_LIMIT } = options;
    await spoolTo(spool, unpackStream(format, asBytes(archive.pieces(run), run), limit));
    const unpacked = await openFileSource(spool);
    try {
      const meter = options.meter ?? meterOfCompressed(archive.size);
      return await readNamed(unpacked, spool, format, { ...options, meter }, run);
    } finally {
      await unpacked.close();
    }
  } catch (error) {
    throw named(error, options.name ?? displayText(path));
  } finally {
    await archive.close();
  }
}

/** The tree of an archive at a path. Throws an error that names the kind of file if it is not an archive. */
async function readNamed(
  archive: FileSource,
  path: ByteString,
  packed: string | undefined,
  options: TarballOptions,
  run: Run,
): Promise<FileTree> {
  try {
    const file = new ArchiveFile(path, archive.identity);
    return await readTar(archive, (range) => file.part(range), run, options);
  } catch (error) {
    if (!(error instanceof InvalidImageError) || error.code !== 'tar.none') throw error;
    throw await errorOfOtherKind(error, archive, packed, options.identify);
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

/** The same error with the archive's name: in place of "This" where the message is about the whole file. */
function named(error: unknown, shown: string): unknown {
  if (!(error instanceof IsopressError) || !/^(tar|compress)\./.test(error.code)) return error;
  const Kind = error.constructor as new (...given: ConstructorParameters<typeof IsopressError>) => IsopressError;
  const message = /^This is /.test(error.message) ? error.message.replace('This', shown) : `${shown}: ${error.message}`;
  return new Kind(error.code, message, {
    ...error.place,
    path: shown,
    hint: error.wording.hint,
    cause: error,
  });
}
