// tar among the formats that can be read.

import { quietRun, type Source } from '../io/index.js';
import { isTar, readTar } from '../source/index.js';
import type { ImageFormat, Recognition } from '../tree/index.js';

/** The format for the list of those that can be read. */
export const tarFormat: ImageFormat<Recognition> = {
  kind: 'tar',
  title: 'tar',
  isArchive: true,
  recognise: async (image) => ((await isTar(image)) ? { evidence: 'head' } : undefined),
  facts: () => ({ kind: 'tar', details: {} }),
  open: async (image: Source) => {
    const notes: string[] = [];
    const open = (range: Parameters<Source['slice']>[0]) => image.slice(range);
    return { views: [], notes, tree: () => readTar(image, open, quietRun(), { note: (text) => notes.push(text) }) };
  },
};
