// Volume recognition sequence (ECMA-167 2/8, 2/9): three descriptors after those of ISO 9660 that announce UDF.

import type { Source } from '../../io/index.js';
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

const SEQUENCE_AT = 32_768;
/** Descriptors have 2048 bytes; on media with larger sectors each has a separate sector (ECMA-167 2/8.4). */
const STRIDES = [2048, 4096];
/** ISO 9660's own descriptors come first; no real volume has more. */
const MOST_DESCRIPTORS = 64;
/** Structure type, identifier, version (ECMA-167 2/9.1). */
const HEAD = 7;
const KNOWN = ['CD001', 'CDW02', 'BEA01', 'BOOT2', 'NSR02', 'NSR03', 'TEA01'];

/** Whether a volume recognition sequence announces UDF. */
export async function announcesUdf(image: Source): Promise<boolean> {
  for (const stride of STRIDES) {
    for (let i = 0; i < MOST_DESCRIPTORS; i++) {
      const id = await identifierAt(image, SEQUENCE_AT + i * stride);
      if (id === 'NSR02' || id === 'NSR03') return true;
      if (!KNOWN.includes(id)) break;
    }
  }
  return false;
}

async function identifierAt(image: Source, at: number): Promise<string> {
  if (at + HEAD > image.size) return '';
  const head = new Uint8Array(HEAD);
  await image.read(at, head);
  return String.fromCharCode(...head.subarray(1, 6));
}
