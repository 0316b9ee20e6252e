// FAT among the formats that can be read.

import { type FormatFacts, type ImageFormat, presentDetails } from '../../tree/index.js';
import { fatAreas } from './areas.js';
import { openFat } from './open.js';
import { type FoundVolume, findVolume } from './read.js';

/** The format for the list of those that can be read. */
export const fatFormat: ImageFormat<FoundVolume> = {
  kind: 'fat',
  title: 'FAT',
  recognise: findVolume,
  facts: ({ volume }): FormatFacts => {
    const { type, label, bootLabel, size, serial, sectorSize, clusterSize } = volume;
    const digits = serial.toString(16).padStart(8, '0');
    return {
      kind: `fat${type}`,
      ...(label === '' ? {} : { label }),
      uuid: `${digits.slice(0, 4)}-${digits.slice(4)}`.toUpperCase(),
      size,
      details: presentDetails({
        serial: digits,
        sectorSize,
        clusterSize,
        bootSectorLabel: bootLabel === label ? undefined : bootLabel,
      }),
    };
  },
  areas: fatAreas,
  open: async (image) => {
    const { notes, tree } = await openFat(image);
    return { views: [], notes, tree: () => tree() };
  },
};
