// A partition of an image as an image.

import { type PartitionFacts, readPartitions } from '../disc/index.js';
import { InvalidInputError } from '../errors.js';
import type { Source } from '../io/index.js';

/** Its bytes, as far as the image has them. Throws {@link InvalidInputError} `image.no-partition`. */
export async function partitionImage(image: Source, number: number): Promise<Source> {
  const partitions = await readPartitions(image);
  // A GPT is listed after the MBR that protects it, and says more.
  const found = partitions.findLast((partition) => partition.number === number);
  if (!found) {
    const numbers = partitionNumbers(partitions);
    throw new InvalidInputError('image.no-partition', `There is no partition ${number} in the image.`, {
      hint: numbers.length > 0 ? `It has ${numbers.join(', ')}.` : 'It has no partition table.',
    });
  }
  const at = Math.min(found.at, image.size);
  return image.slice({ at, length: Math.min(found.size, image.size - at) });
}

/** The numbers of an image's partitions in order, each once. */
export function partitionNumbers(partitions: readonly PartitionFacts[]): number[] {
  return [...new Set(partitions.map((partition) => partition.number))].sort((a, b) => a - b);
}
