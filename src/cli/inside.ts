// Images named on the command line, and images inside them: `live.iso/LiveOS/squashfs.img/etc`.

import { tmpdir } from 'node:os';
import { fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import {
  type AddressOptions,
  type AddressStep,
  followAddress,
  followToImage,
  type PlaceInside,
  parseAddress,
} from '../image/index.js';
import { hostKind, isUnfinished, openImageFile, type Source, Spool } from '../io/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { ImageOptions } from './image-options.js';

const UNFINISHED =
  'an edit of this image in place was interrupted, or is being made; isopress edit --in-place --recover ends it';

/** Facts of the file that an address begins with. */
export interface HostFile {
  /** Whether a change of it in place was interrupted. */
  readonly unfinished: boolean;
}

/** Opens the place that an address leads to, and closes the file when `use` is done. */
export async function withAddress<T>(
  text: string,
  options: Pick<ImageOptions, 'offset'> & AddressOptions,
  use: (found: PlaceInside, spool: Spool) => Promise<T>,
): Promise<T> {
  const { file, steps } = parseAddress(argumentBytes(text), hostKind);
  return withFile(file, options, async (image, spool) => {
    return use(await followAddress(image, steps, { ...options, name: file, spool }), spool);
  });
}

/** As {@link withAddress}, for the bytes of an image: those of the file, or of a layer inside it. */
export async function withImage<T>(
  text: string,
  options: ImageOptions & Pick<AddressOptions, 'note'>,
  use: (image: Source, spool: Spool, file: HostFile) => Promise<T>,
): Promise<T> {
  const { file, steps } = parseAddress(argumentBytes(text), hostKind);
  return withFile(file, options, async (image, spool, facts) => {
    return use(await followToImage(image, steps, { name: file, spool }), spool, facts);
  });
}

/** Whether an address ends with a partition or a boot image, whose bytes are meant where a file is. */
export function isSelection(text: string): boolean {
  const last: AddressStep | undefined = parseAddress(argumentBytes(text), hostKind).steps.at(-1);
  return last !== undefined && !('path' in last);
}

async function withFile<T>(
  file: Parameters<typeof openImageFile>[0],
  { offset = 0, note }: Pick<ImageOptions, 'offset'> & Pick<AddressOptions, 'note'>,
  use: (image: Source, spool: Spool, file: HostFile) => Promise<T>,
): Promise<T> {
  const source = await openImageFile(file);
  const spool = new Spool(fromText(tmpdir()));
  try {
    if (offset > source.size) {
      throw new InvalidInputError('image.offset', `The file has ${source.size} bytes: nothing begins at ${offset}.`);
    }
    const image = offset === 0 ? source : source.slice({ at: offset, length: source.size - offset });
    const unfinished = await isUnfinished(file);
    if (unfinished) note?.(UNFINISHED);
    return await use(image, spool, { unfinished });
  } finally {
    await spool.close();
    await source.close();
  }
}
