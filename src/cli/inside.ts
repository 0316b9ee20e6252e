// Images named on the command line, with what lies inside of them: `live.iso!/LiveOS/squashfs.img!/etc`.

import { fromText } from '../bytes/index.js';
import { followAddress, type PlaceInside, parseAddress } from '../image/index.js';
import { openFileSource } from '../io/index.js';

/** Opens what an address leads to, and closes the file when `use` is done. */
export async function withAddress<T>(text: string, use: (found: PlaceInside) => Promise<T>): Promise<T> {
  const { file, steps } = parseAddress(fromText(text));
  const source = await openFileSource(file);
  try {
    return await use(await followAddress(source, steps));
  } finally {
    await source.close();
  }
}
