// ISO 9660 among the formats that can be read.

import { defined } from '../../bytes/index.js';
import { type FormatFacts, type ImageFormat, isoTime, presentDetails } from '../../tree/index.js';
import { isoAreas } from './areas.js';
import { openIso } from './open.js';
import { type FoundVolume, findVolume } from './read.js';
import type { HierarchyName } from './read-volume.js';

/** Names of the hierarchies, as views of an image. */
const VIEWS: Readonly<Record<HierarchyName, string>> = { 'rock-ridge': 'rock-ridge', joliet: 'joliet', iso9660: 'iso' };

/** The format for the list of those that can be read. */
export const isoFormat: ImageFormat<FoundVolume> = {
  kind: 'iso9660',
  title: 'ISO 9660',
  sharesImage: true,
  recognise: findVolume,
  facts: ({ volume }): FormatFacts => {
    const { volumeId, uuid, size, extensions, created, modified, sessions, bootRecords: _, ...texts } = volume;
    return {
      kind: 'iso9660',
      ...(volumeId === '' ? {} : { label: volumeId }),
      ...defined({ uuid }),
      size,
      extensions,
      details: presentDetails({
        ...texts,
        created: isoTime(created),
        modified: isoTime(modified),
        sessions: sessions > 1 ? sessions : undefined,
      }),
    };
  },
  areas: isoAreas,
  open: async (image) => {
    const { hierarchies, notes, tree } = await openIso(image);
    const names = new Map(hierarchies.map((name) => [VIEWS[name], name]));
    return {
      views: [...names.keys()],
      notes,
      tree: (view) => tree(view === undefined ? undefined : (names.get(view) ?? (view as HierarchyName))),
    };
  },
};
