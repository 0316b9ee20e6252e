// The files of a container image, in a directory or as members of an archive.

import { stat } from 'node:fs/promises';
import { type ByteString, displayText, fromText, SIGNATURE_LENGTH, streamFormat } from '../../bytes/index.js';
import { unpackStream } from '../../compress/index.js';
import {
  ArchiveFile,
  asBytes,
  type ExactContent,
  identityOf,
  openFileSource,
  pathBuffer,
  type Range,
  type Run,
  sourceError,
} from '../../io/index.js';
import { follow } from '../../tree/index.js';
import { readTar } from '../tar/index.js';
import { Meter } from '../tar/meter.js';
import type { Descriptor } from './documents.js';
import { damagedImage } from './errors.js';
import type { SpoolFile } from './spool-file.js';
import { type StoredRange, storedContent } from './stored-range.js';

/** A file of an image. */
export interface StoredFile {
  readonly content: ExactContent;
  /** The place of its bytes; undefined if they are not one range of a file. */
  readonly place: StoredRange | undefined;
}

/** The files of an image. */
export interface Store {
  /** The directory or archive, as messages name it. */
  readonly shown: string;
  /** The file at a path without leading slash; undefined if it does not exist. For a blob, its descriptor is given. */
  file(path: string, descriptor?: Descriptor): Promise<StoredFile | undefined>;
}

/** Memory for names in an archive: a fixed part, and a part for each of its bytes. */
const HELD_ANYWAY = 64 * 1024 ** 2;
const HELD_PER_BYTE = 2;

/** The files of a directory. Throws {@link SourceError} if it does not exist. */
export async function directoryStore(directory: ByteString): Promise<Store> {
  const root = await stat(pathBuffer(directory)).catch((error) => {
    throw sourceError(directory, error);
  });
  if (!root.isDirectory()) {
    const hint = 'Write oci-archive: or docker-archive: before the name of an archive.';
    throw damagedImage(displayText(directory), 'oci.no-image', 'This is not a directory.', hint);
  }
  return {
    shown: displayText(directory),
    file: async (name) => {
      const path = `${directory}/${fromText(name)}` as ByteString;
      const found = await stat(pathBuffer(path)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
        throw sourceError(path, error);
      });
      if (!found?.isFile()) return undefined;
      const place = { archive: new ArchiveFile(path, identityOf(found)), at: 0, length: found.size };
      return { content: storedContent(place), place };
    },
  };
}

/** The members of a tar archive, plain or compressed; a compressed one is unpacked to the spool. */
export async function archiveStore(path: ByteString, spool: SpoolFile, run: Run): Promise<Store> {
  const shown = displayText(path);
  const whole = await unpacked(path, spool, run);
  const ranges = new Map<ExactContent, Range>();
  const archive = await openFileSource(whole.archive.path);
  try {
    const open = (range: Range) => {
      const content = storedContent({ ...whole, at: whole.at + range.at, length: range.length });
      ranges.set(content, range);
      return content;
    };
    const meter = new Meter(HELD_ANYWAY + HELD_PER_BYTE * whole.length);
    const tree = await readTar(archive.slice(whole), open, run, { meter });
    return {
      shown,
      file: async (name) => {
        const node = follow(tree, fromText(name));
        if (node?.kind !== 'file') return undefined;
        const range = ranges.get(node.content);
        return { content: node.content, place: range && { ...whole, at: whole.at + range.at, length: range.length } };
      },
    };
  } catch (error) {
    if ((error as { code?: string }).code !== 'tar.none') throw error;
    throw damagedImage(shown, 'oci.no-archive', 'This is not a tar archive with a container image.');
  } finally {
    await archive.close();
  }
}

async function unpacked(path: ByteString, spool: SpoolFile, run: Run): Promise<StoredRange> {
  const file = await openFileSource(path);
  try {
    const head = new Uint8Array(Math.min(SIGNATURE_LENGTH, file.size));
    await file.read(0, head);
    const format = streamFormat(head);
    if (format === 'none') return { archive: new ArchiveFile(path, file.identity), at: 0, length: file.size };
    return await spool.append(unpackStream(format, asBytes(file.pieces(run), run), spool.room));
  } finally {
    await file.close();
  }
}
