// QCOW2 disk images as the disks they hold.

import { MappedSource, type Source } from '../../io/index.js';
import { Clusters } from './clusters.js';
import { readShape } from './shape.js';

export { isQcow2 } from './shape.js';

/** The disk. Throws {@link InvalidImageError} for a damaged image, {@link UnsupportedError} for one that needs other files. */
export async function openQcow2(image: Source): Promise<Source> {
  const shape = await readShape(image);
  const clusters = new Clusters(image, shape);
  return new MappedSource(shape.size, (at) => clusters.locate(at));
}
