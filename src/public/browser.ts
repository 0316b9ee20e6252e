// isopress/browser: reading, checking and showing images in a browser, as one module that loads nothing else.

import type { ByteString } from '../bytes/index.js';
import type { Run, Source } from '../io/index.js';
import { Spool } from '../io/index.js';
import * as packages from '../live/packages/index.js';
import * as map from '../map/index.js';
import type { FileTree } from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

export { type ByteString, displayText, fromText, showBytes } from '../bytes/index.js';
export { InvalidImageError, InvalidInputError, IsopressError, UnsupportedError } from '../errors.js';
export { blobSource, bytesSource, isSource, type Source, type Spool } from '../io/index.js';
export type { ImageMap, MapLayer } from '../map/index.js';
export {
  type Column,
  facts,
  Html,
  type HtmlValue,
  html,
  mapPage,
  mapSections,
  type Section,
  STYLE,
  sectionOf,
  summaryOf,
  table,
} from '../page/index.js';
export { type Directory, type File, type FileTree, type Node, type Visit, walk } from '../tree/index.js';
export { inspectImage, type OpenedImage, openImage, recogniseImage } from './image.js';
export { type Finding, type VerifyOptions, type VerifyReport, verifyImage } from './verify.js';

/** A place for what has to be unpacked before it can be read: the browser keeps it in memory or on disk. */
export function openSpool(): Spool {
  return new Spool('' as ByteString);
}

/** How a map is made. */
export interface MapOptions extends WorkOptions {
  /** Takes what has to be unpacked before it can be read. */
  readonly spool?: Spool;
  /** The files of an image, for callers that have read some of them. Default: they are read. */
  readonly treeOf?: (image: Source) => Promise<FileTree>;
}

/** As in `isopress/map`, with the packages of dpkg, pacman and RPM, except RPM's older databases (ndb, Berkeley DB). */
export function mapImage(image: Source, { spool, treeOf, ...options }: MapOptions = {}): Promise<map.ImageMap> {
  const run = runOf(options);
  return map.mapImage(image, { spool, treeOf, packagesOf: (root) => packagesOf(root, run) });
}

async function packagesOf(root: FileTree, run: Run): Promise<Omit<map.MapPackages, 'layer'> | undefined> {
  const request = { root, rootDirectory: undefined, packageManager: undefined, note: () => {} };
  const database = await packages.openPackageDatabase(request, run);
  return (
    database && { kind: database.kind, list: map.listPackages(await database.packages(run), packages.wholeVersion) }
  );
}
