// ar among the formats that can be read.

import type { ImageFormat, Recognition } from '../../tree/index.js';
import { isAr, readAr } from './ar.js';

/** The format for the list of those that can be read. */
export const arFormat: ImageFormat<Recognition> = {
  kind: 'ar',
  title: 'ar',
  isArchive: true,
  recognise: async (image) => ((await isAr(image)) ? { evidence: 'head' } : undefined),
  facts: () => ({ kind: 'ar', details: {} }),
  open: async (image) => ({ views: [], notes: [], tree: () => readAr(image) }),
};
