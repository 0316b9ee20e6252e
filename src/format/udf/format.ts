// UDF among the formats that can be read.

import { byteStringOf, bytesOf, defined, fromText, hexOf } from '../../bytes/index.js';
import { type FormatFacts, type ImageFormat, isoTime, presentDetails } from '../../tree/index.js';
import { udfAreas } from './areas.js';
import { openUdf } from './open.js';
import { type FoundVolume, findVolume } from './read.js';

/** The format for the list of those that can be read. */
export const udfFormat: ImageFormat<FoundVolume> = {
  kind: 'udf',
  title: 'UDF',
  sharesImage: true,
  recognise: findVolume,
  facts: ({ volume }): FormatFacts => {
    const { label, partitionSize: size, revision, blockSize, volumeSetId, recorded } = volume;
    const uuid = uuidOf(volumeSetId);
    return {
      kind: 'udf',
      ...(label === '' ? {} : { label }),
      ...defined({ uuid }),
      size,
      details: presentDetails({ revision, blockSize, volumeSetId, recorded: isoTime(recorded) }),
    };
  },
  areas: udfAreas,
  open: async (image) => {
    const { notes, tree } = await openUdf(image);
    return { views: ['udf'], notes, tree: () => tree() };
  },
};

const UUID_LENGTH = 16;
const HEXADECIMAL_START = 8;

/**
 * The first 16 characters of the volume set identifier, which UDF 2.2.2.5 makes unique, as `blkid` shows them: characters
 * that are not hexadecimal digits appear as the digits of their UTF-8 bytes. Undefined for fewer than 8 bytes.
 */
function uuidOf(volumeSetId: string): string | undefined {
  const bytes = bytesOf(fromText(volumeSetId));
  if (bytes.length < HEXADECIMAL_START) return undefined;
  const text = byteStringOf(bytes.subarray(0, UUID_LENGTH));
  const digits = /^[0-9a-f]*/i.exec(text)![0].length;
  const hex = (from: number, to: number) => hexOf(bytes.subarray(from, to));
  if (digits < HEXADECIMAL_START) return hex(0, 8);
  if (digits < UUID_LENGTH) return text.slice(0, HEXADECIMAL_START).toLowerCase() + hex(8, 12);
  return text.toLowerCase();
}
