// Exports for commands that are not public: parsers of other programs' options, checks of options before there is a tree, texts for people,
// and functions that end a process.
// No subpath of the package leads here; a test holds this list to what commands use.

export { compareBytes, defined, parseBinarySize, withoutEnd, withoutUnescapedEnd } from './bytes/index.js';
export { cacheFacts, collectCache, KEY_VERSION, verifyCache } from './cache/index.js';
export { CONTAINERS } from './compress/index.js';
export { parseMkisofsOptions, partitionTypeName, resolveDisc } from './disc/index.js';
export { checkInPlace, parseArgumentChanges } from './edit/index.js';
export { EXIT } from './errors.js';
export { extractWhileRead, isFaultOfEntry, removeTree, type TreeReading } from './extract/index.js';
export { readSignature, signaturePatch, signedBytes } from './format/checkmedia/index.js';
export { leastShared, parseMkfsErofsOptions, resolveErofs } from './format/erofs/index.js';
export { parseMke2fsOptions, readMke2fsWords, resolveExt4 } from './format/ext4/index.js';
export { parseMkfsFatOptions, resolveFatOptions } from './format/fat/index.js';
export {
  excludeLines,
  excludesOf,
  findEqualTails,
  MKSQUASHFS,
  parseMksquashfsOptions,
  resolveSquashfs,
} from './format/squashfs/index.js';
export { ARCHIVE_KINDS, contained, factWords, recogniseAll, WHOLE_IMAGE } from './image/index.js';
export {
  collect,
  faultOfContent,
  filePlace,
  hostKind,
  openFileSource,
  partPath,
  pathBuffer,
  refuseUnfinished,
  sourceError,
  zerosOf,
} from './io/index.js';
export { expandMatrix, readMatrix, sha256Of } from './live/index.js';
export { readPackages } from './map/index.js';
export { chooseNative } from './native/index.js';
export { checkSpelled, refuseOptions } from './options/index.js';
export {
  archiveInput,
  containerFacts,
  containerReference,
  credentialsOfHelper,
  parsePlatform,
  readFakerootState,
  scanEntry,
  storedCredentials,
} from './source/index.js';
export {
  contentPriorities,
  contentsMatching,
  joinPath,
  matchesPath,
  mergedIdMaps,
  nonDirectoryAbove,
  parseIdRange,
  parsePattern,
  placedAt,
  readMtree,
  readPseudoDefinitions,
  readSortList,
  subordinateMap,
  subordinateRanges,
} from './tree/index.js';
