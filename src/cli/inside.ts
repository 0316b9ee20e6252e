// Images named on the command line, and images inside them: `live.iso!/LiveOS/squashfs.img!/etc`.

import { InvalidInputError } from '../errors.js';
import { followAddress, followToImage, type PlaceInside, parseAddress } from '../image/index.js';
import { openImageFile, type Source } from '../io/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { ImageOptions } from './image-options.js';

/** Opens the place that an address leads to, and closes the file when `use` is done. */
export async function withAddress<T>(
  text: string,
  options: ImageOptions & { readonly note: (text: string) => void },
  use: (found: PlaceInside) => Promise<T>,
): Promise<T> {
  const { file, steps } = parseAddress(argumentBytes(text));
  return withFile(file, options, async (image) => use(await followAddress(image, steps, options)));
}

/** As {@link withAddress}, for the bytes of an image: those of the file, or of a layer inside it. */
export async function withImage<T>(
  text: string,
  options: ImageOptions,
  use: (image: Source) => Promise<T>,
): Promise<T> {
  const { file, steps } = parseAddress(argumentBytes(text));
  return withFile(file, options, async (image) => use(await followToImage(image, steps)));
}

async function withFile<T>(
  file: Parameters<typeof openImageFile>[0],
  { offset = 0 }: ImageOptions,
  use: (image: Source) => Promise<T>,
): Promise<T> {
  const source = await openImageFile(file);
  try {
    if (offset > source.size) {
      throw new InvalidInputError('image.offset', `The file has ${source.size} bytes: nothing begins at ${offset}.`);
    }
    return await use(offset === 0 ? source : source.slice({ at: offset, length: source.size - offset }));
  } finally {
    await source.close();
  }
}
