// EROFS among the formats that can be read.

import { displayText } from '../../bytes/index.js';
import {
  type FormatFacts,
  type ImageFormat,
  isoTime,
  presentDetails,
  type ReadableImage,
  type Recognition,
} from '../../tree/index.js';
import { erofsAreas } from './areas.js';
import { type ErofsFacts, openErofs, recogniseSuperblock } from './read.js';

/** The recognised image: the facts of the superblock. */
export interface ErofsFound extends Recognition {
  readonly facts: ErofsFacts;
}

/** The format for the list of those that can be read. */
export const erofsFormat: ImageFormat<ErofsFound> = {
  kind: 'erofs',
  title: 'EROFS',
  recognise: recogniseSuperblock,
  facts: ({ facts }): FormatFacts => {
    const { label, uuid, size, features: extensions, created, compression, ...numbers } = facts;
    return {
      kind: 'erofs',
      ...(label === '' ? {} : { label: displayText(label) }),
      uuid,
      size,
      extensions,
      details: presentDetails({ ...numbers, compression: compression.join(', '), created: isoTime(created) }),
    };
  },
  areas: erofsAreas,
  open: async (image): Promise<ReadableImage> => {
    const { tree } = await openErofs(image);
    return { views: [], notes: [], tree: () => tree() };
  },
};
