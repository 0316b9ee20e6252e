// isopress/map: maps of images, and pages about them.

import { displayText, fromText } from '../bytes/index.js';
import type { Source, Spool } from '../io/index.js';
import * as map from '../map/index.js';
import * as page from '../page/index.js';
import { runOf, type WorkOptions } from './run.js';

export type {
  Area,
  AreaKind,
  ImageMap,
  MapLayer,
  MapPackage,
  MapPackages,
  SpaceEntry,
  TreeCounts,
} from '../map/index.js';

export type { FormatArea } from '../tree/index.js';

/** How a map is made. */
export interface MapOptions extends WorkOptions {
  /** Takes what has to be unpacked before it can be read: a compressed file. Default: it is not opened. */
  readonly spool?: Spool;
}

/**
 * Makes the map of an image: its layers from the outside to the root image, the areas of each from the first byte to the last, the space
 * that its files take, partitions, boot entries, tags, installed packages. Contents of files are not read.
 */
export function mapImage(image: Source, options: MapOptions = {}): Promise<map.ImageMap> {
  const run = runOf(options);
  return map.mapImage(image, { spool: options.spool, packagesOf: (root) => map.readPackages(root, run) });
}

/**
 * A page about an image as one file of HTML that loads nothing and runs no script. `name` is that of the image, `made` that of the
 * program. The same map gives the same text.
 */
export function mapPage(imageMap: map.ImageMap, name: string, made = 'isopress'): string {
  return page.mapPage(imageMap, displayText(fromText(name)), made);
}
