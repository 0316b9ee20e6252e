// ext2, ext3 and ext4 among the formats that can be read.

import { displayText } from '../../bytes/index.js';
import { type FormatFacts, type ImageFormat, isoTime, presentDetails, type Recognition } from '../../tree/index.js';
import { ext4Areas } from './areas.js';
import { type Ext4Facts, factsOf, openExt4 } from './read.js';
import { findSuperblock } from './recognise.js';

/** The result of a recognition: the facts of the superblock. */
export interface Ext4Found extends Recognition {
  readonly facts: Ext4Facts;
}

/** The format for the list of those that can be read. */
export const ext4Format: ImageFormat<Ext4Found> = {
  kind: 'ext4',
  title: 'ext2 to ext4',
  recognise: async (image) => {
    const found = await findSuperblock(image);
    return found && { evidence: found.evidence, facts: factsOf(found.superblock) };
  },
  facts: ({ facts }): FormatFacts => {
    const { kind, label, uuid, size, features: extensions, created, lastMounted, clean, ...numbers } = facts;
    return {
      kind,
      ...(label === '' ? {} : { label: displayText(label) }),
      uuid,
      size,
      extensions,
      details: presentDetails({
        ...numbers,
        state: clean ? 'clean' : 'not clean',
        created: isoTime(created),
        lastMounted: displayText(lastMounted),
      }),
    };
  },
  areas: ext4Areas,
  open: async (image) => {
    const { notes, tree } = await openExt4(image);
    return { views: [], notes, tree: () => tree() };
  },
};
