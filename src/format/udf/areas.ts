// Where the structures of a volume are: anchors, both descriptor sequences, the partition around its files.

import type { Source } from '../../io/index.js';
import type { FormatArea } from '../../tree/index.js';
import { ANCHOR_BLOCK } from './geometry.js';
import { findVolume } from './read.js';
import { anchorsIn } from './read-sequence.js';

/** The structures of a volume; none of any other image. */
export async function udfAreas(image: Source): Promise<FormatArea[]> {
  const found = await findVolume(image);
  if (!found) return [];
  const { blockSize, partitionAt, partitionSize } = found.volume;
  const areas: FormatArea[] = [
    { at: partitionAt, length: partitionSize, kind: 'around', name: 'UDF entries and directories' },
  ];
  const anchor: FormatArea = { at: ANCHOR_BLOCK * blockSize, length: blockSize, kind: 'head', name: 'UDF anchor' };
  areas.push(anchor);
  for await (const { main, reserve } of anchorsIn(image, blockSize)) {
    for (const { block, length } of [main, reserve]) {
      areas.push({ at: block * blockSize, length, kind: 'head', name: 'UDF volume descriptors' });
    }
  }
  return areas;
}
