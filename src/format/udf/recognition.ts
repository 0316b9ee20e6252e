// Volume recognition sequence (ECMA-167 2/8, 2/9): three descriptors behind those of ISO 9660 that announce UDF.

import { BLOCK, RECOGNITION_BLOCKS } from './geometry.js';
import type { RevisionFacts } from './revision.js';

/** BEA01, NSR02 or NSR03, TEA01. They have to follow the descriptors of ISO 9660 without a gap. */
export function renderRecognition({ nsr }: RevisionFacts): Uint8Array {
  const blocks = new Uint8Array(RECOGNITION_BLOCKS * BLOCK);
  for (const [i, id] of ['BEA01', nsr, 'TEA01'].entries()) {
    for (let j = 0; j < id.length; j++) blocks[i * BLOCK + 1 + j] = id.charCodeAt(j);
    blocks[i * BLOCK + 6] = 1;
  }
  return blocks;
}
