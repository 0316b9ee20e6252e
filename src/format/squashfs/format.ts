// squashfs among the formats that can be read.

import {
  type FormatFacts,
  type ImageFormat,
  isoTime,
  presentDetails,
  type ReadableImage,
  type Recognition,
} from '../../tree/index.js';
import { squashfsAreas } from './areas.js';
import { recogniseSuperblock, type SquashfsFacts } from './read.js';
import { readTree } from './read-tree.js';
import { Volume } from './read-volume.js';

/** The result of a recognition: the facts of the superblock. */
export interface SquashfsFound extends Recognition {
  readonly facts: SquashfsFacts;
}

/** The format for the list of those that can be read. */
export const squashfsFormat: ImageFormat<SquashfsFound> = {
  kind: 'squashfs',
  title: 'squashfs',
  recognise: recogniseSuperblock,
  facts: ({ facts }): FormatFacts => {
    const { size, modificationTime, hasXattrs, exportable, streamed, stored, ...numbers } = facts;
    const extensions = [
      ...(exportable ? ['export table'] : []),
      ...(hasXattrs ? ['extended attributes'] : []),
      ...(streamed ? ['superblock at the end'] : []),
    ];
    const details = presentDetails({
      ...numbers,
      created: isoTime({ seconds: modificationTime, nanoseconds: 0 }),
      uncompressed: stored.join(', '),
    });
    return { kind: 'squashfs', size, extensions, details };
  },
  areas: squashfsAreas,
  open: async (image): Promise<ReadableImage> => {
    const volume = await Volume.open(image, 'auto');
    return { views: [], notes: [], tree: (_view, watch) => readTree(volume, watch) };
  },
};
