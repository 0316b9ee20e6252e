// zip among the formats that can be read.

import type { ImageFormat, Recognition } from '../../tree/index.js';
import { isZip, readZip } from './read.js';

/** The format for the list of those that can be read. */
export const zipFormat: ImageFormat<Recognition> = {
  kind: 'zip',
  title: 'zip',
  isArchive: true,
  recognise: async (image) => ((await isZip(image)) ? { evidence: 'head' } : undefined),
  facts: () => ({ kind: 'zip', details: {} }),
  open: async (image, spool) => {
    const notes: string[] = [];
    return { views: [], notes, tree: () => readZip(image, spool, (note) => notes.push(note)) };
  },
};
