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
import { hostKind, openImageFile, type Source, Spool } from '../io/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { ImageOptions } from './image-options.js';

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
  options: ImageOptions,
  use: (image: Source, spool: Spool) => Promise<T>,
): Promise<T> {
  const { file, steps } = parseAddress(argumentBytes(text), hostKind);
  return withFile(file, options, async (image, spool) => {
    return use(await followToImage(image, steps, { name: file, spool }), spool);
  });
}

/** Whether an address ends with a partition or a boot image, whose bytes are meant where a file is. */
export function isSelection(text: string): boolean {
  const last: AddressStep | undefined = parseAddress(argumentBytes(text), hostKind).steps.at(-1);
  return last !== undefined && !('path' in last);
}

async function withFile<T>(
  file: Parameters<typeof openImageFile>[0],
  { offset = 0 }: Pick<ImageOptions, 'offset'>,
  use: (image: Source, spool: Spool) => Promise<T>,
): Promise<T> {
  const source = await openImageFile(file);
  const spool = new Spool(fromText(tmpdir()));
  try {
    if (offset > source.size) {
      throw new InvalidInputError('image.offset', `The file has ${source.size} bytes: nothing begins at ${offset}.`);
    }
    return await use(offset === 0 ? source : source.slice({ at: offset, length: source.size - offset }), spool);
  } finally {
    await spool.close();
    await source.close();
  }
}
