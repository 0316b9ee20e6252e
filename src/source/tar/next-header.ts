// Finds the next header of a tar archive, and its end.

import { InvalidImageError } from '../../errors.js';
import type { Run, Source } from '../../io/index.js';
import { isZero, nextFilledBlock, readAt, truncated } from './blocks.js';
import type { PlacedHeader } from './data.js';
import { BLOCK, isHeader, ustarHeader } from './header.js';
import type { Meter } from './meter.js';

/** How the blocks of an archive are read. */
export interface TarReadOptions {
  /** Continue after the end mark, to read concatenated archives as `tar --ignore-zeros` does. */
  readonly ignoreZeros?: boolean;
  /** Called for entries of the archive that are not in the tree. */
  readonly note?: (text: string) => void;
}

/** How far after the end mark other data is searched for. */
export const END_SEARCH = 64 * 1024 * 1024;

/** The next header from a byte on; undefined at the end of the archive. */
export async function headerAt(
  archive: Source,
  from: number,
  isFirst: boolean,
  run: Run,
  meter: Meter,
  { ignoreZeros = false, note }: TarReadOptions,
): Promise<PlacedHeader | undefined> {
  let at = from;
  if (at + BLOCK > archive.size) {
    if (isFirst) throw noArchive(archive.size === 0 ? 'it is empty' : 'it is shorter than one header');
    // The end mark may be missing. A partial header, or an entry without its last block, means that the archive is truncated.
    if (at > archive.size || !isZero(await readAt(archive, at, archive.size - at))) throw truncated(at);
    return undefined;
  }
  let block = await readAt(archive, at, BLOCK);
  if (isZero(block)) {
    const end = isFirst || ignoreZeros ? archive.size : Math.min(archive.size, at + END_SEARCH);
    const filled = await nextFilledBlock(archive, at, end, run, meter);
    if (filled === undefined) return undefined;
    if (!ignoreZeros) {
      if (isFirst) throw noArchive('it starts with zeros, like the end of an archive, and continues with other data');
      note?.(
        `The archive ends at byte ${at}; the data at byte ${filled} was not read; ignoring zeros continues there.`,
      );
      return undefined;
    }
    if (filled + BLOCK > archive.size) return undefined;
    at = filled;
    block = await readAt(archive, at, BLOCK);
  }
  if (!isHeader(block)) {
    if (isFirst) throw noArchive('it does not start with a header');
    const message = 'The tar archive is damaged: the checksum of a header is wrong.';
    throw new InvalidImageError('tar.checksum', message, { at });
  }
  const header = ustarHeader.decode(block);
  return { at, block, header, type: String.fromCharCode(header.type) };
}

function noArchive(why: string): InvalidImageError {
  return new InvalidImageError('tar.none', `This is not a tar archive: ${why}.`, {
    at: 0,
    hint: 'Give a directory, a tar archive, or an image or archive of another kind that is read.',
  });
}
