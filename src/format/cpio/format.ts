// cpio among the formats that can be read.

import type { ImageFormat, Recognition } from '../../tree/index.js';
import { Members } from './members.js';
import { readCpio } from './read.js';

/** The format for the list of those that can be read. */
export const cpioFormat: ImageFormat<Recognition> = {
  kind: 'cpio',
  title: 'cpio',
  isArchive: true,
  recognise: async (image) => ((await new Members(image, 0).begins()) ? { evidence: 'head' } : undefined),
  facts: () => ({ kind: 'cpio', details: {} }),
  open: async (image, spool) => {
    const notes: string[] = [];
    return { views: [], notes, tree: () => readCpio(image, spool, (note) => notes.push(note)) };
  },
};
