// xz files of several blocks with a CRC-32, as Linux reads them (Documentation/staging/xz.rst): the codec core makes a file
// of each part, and its block is taken out of it.

import type { Container } from './container.js';
import { blockOf, endOfStream, startOfStream, storedBlock, type XzRecord } from './xz-container.js';

/** The settings that dracut uses: Linux allocates this much while it unpacks. */
const DICTIONARY = 1024 * 1024;

export const xz: Container<'xz'> = {
  name: 'xz',
  levels: { least: 0, most: 9, usual: 6 },
  partSize: 3 * DICTIONARY,
  codec: 'xz',
  parameters: (level) => [level, 0, DICTIONARY],
  open: () => {
    const records: XzRecord[] = [];
    return {
      head: startOfStream,
      part(bytes, coded) {
        const { data, unpadded } = coded ? blockOf(coded) : storedBlock(bytes, DICTIONARY);
        records.push({ unpadded, size: bytes.length });
        return data;
      },
      tail: () => endOfStream(records),
    };
  },
};
