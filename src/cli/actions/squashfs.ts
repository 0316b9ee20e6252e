// Runs `isopress squashfs`: the options of the command as those of the format.

import { type ByteString, defined, type Timestamp, timestamp } from '../../bytes/index.js';
import { type Compression, chooseCompression } from '../../compress/index.js';
import {
  findEqualTails,
  planSquashfs,
  resolveSquashfs,
  type SquashfsOptions,
  type StoredPart,
} from '../../format/squashfs/index.js';
import type { Run } from '../../io/index.js';
import {
  contentPriorities,
  contentsMatching,
  type FileTree,
  filterXattrs,
  overrideAll,
  overrideRoot,
  type SortRule,
  shareDuplicates,
} from '../../tree/index.js';
import type { CacheOptions } from '../cache-options.js';
import { type CompressionOptions, compressionSettings } from '../compression-options.js';
import { earlierImage, type LikeOptions } from '../like-option.js';
import { writeCommand } from '../write-command.js';
import type { WriterOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface SquashfsCommandOptions extends WriterOptions, CompressionOptions, CacheOptions, LikeOptions {
  /** The dictionary of xz as a share of the block, as mksquashfs takes it. */
  readonly dictPercent?: number;
  readonly blockSize: number;
  readonly fragments: boolean;
  readonly tailends: boolean;
  readonly duplicates: boolean;
  readonly sparse: boolean;
  readonly export: boolean;
  readonly uncompressed: readonly StoredPart[];
  readonly unfragmented: readonly ByteString[];
  readonly stored: readonly ByteString[];
  readonly sort: readonly SortRule[];
  readonly align: number;
  readonly offset: number;
  readonly pad: number;
  readonly rootMode?: number;
  readonly rootUid?: number;
  readonly rootGid?: number;
  readonly rootTime?: number;
  readonly forceUid?: number;
  readonly forceGid?: number;
  readonly allTime?: number;
  readonly xattrsInclude?: RegExp;
  readonly xattrsExclude?: RegExp;
}

/** Writes the image. */
export function writeSquashfs(source: string, image: string, options: SquashfsCommandOptions): Promise<void> {
  return writeCommand(source, image, options, {
    name: 'squashfs',
    check: ({ epoch }) => resolveSquashfs(settingsOf(compressionOf(options), epoch, options)),
    plan: async ({ tree, epoch }, { run }, cache) => {
      const like = options.like === undefined ? undefined : await earlierImage(options.like).squashfs();
      const settings = settingsOf(cache.blocks(compressionOf(options)), epoch, options);
      return plan(tree, { ...settings, ...defined({ like }) }, options, run);
    },
    change: (tree) => withOverrides(tree, options),
  });
}

function compressionOf(options: SquashfsCommandOptions): Compression {
  const { compression: name = 'gzip', engine } = options;
  return chooseCompression({ name, engine, ...dictionaryOf(options), ...compressionSettings(options) });
}

/** No frame waits here that would keep the tree with its duplicates while the other one is planned. */
function plan(given: FileTree, settings: SquashfsOptions, options: SquashfsCommandOptions, run: Run) {
  if (!options.duplicates) return planSquashfs(given, { ...settings, ...contentsOf(given, options) });
  return shareDuplicates(given, run).then(async (tree) => {
    const chosen = { ...settings, ...contentsOf(tree, options) };
    return planSquashfs(tree, { ...chosen, equalTails: await findEqualTails(tree, chosen, run) });
  });
}

function dictionaryOf({ dictPercent, blockSize }: SquashfsCommandOptions) {
  return dictPercent === undefined ? {} : { dictionarySize: Math.floor((blockSize * dictPercent) / 100) };
}

/** The options that need no tree. */
function settingsOf(compression: Compression, epoch: Timestamp, options: SquashfsCommandOptions): SquashfsOptions {
  return {
    compression,
    epoch,
    blockSize: options.blockSize,
    fragments: options.fragments,
    tailPacking: options.tailends,
    sparse: options.sparse,
    duplicatesShared: options.duplicates,
    exportTable: options.export,
    stored: options.uncompressed,
    alignTo: options.align,
    offset: options.offset,
    padTo: options.pad,
  };
}

/** Contents of a tree that the options choose by their paths. */
function contentsOf(tree: FileTree, options: SquashfsCommandOptions) {
  return {
    unfragmented: contentsMatching(tree, options.unfragmented),
    uncompressed: contentsMatching(tree, options.stored),
    priorities: contentPriorities(tree, options.sort),
  };
}

/** The tree with attributes replaced as the options request. */
function withOverrides(tree: FileTree, options: SquashfsCommandOptions): FileTree {
  const { forceUid: uid, forceGid: gid, allTime, xattrsInclude, xattrsExclude } = options;
  const { rootMode, rootUid, rootGid, rootTime } = options;
  const time = (seconds?: number): Timestamp | undefined => (seconds === undefined ? undefined : timestamp(seconds));
  const everywhere = overrideAll(tree, defined({ uid, gid, mtime: time(allTime) }));
  const changed = overrideRoot(
    everywhere,
    defined({ mode: rootMode, uid: rootUid, gid: rootGid, mtime: time(rootTime) }),
  );
  if (!xattrsInclude && !xattrsExclude) return changed;
  return filterXattrs(changed, (name) => (xattrsInclude?.test(name) ?? true) && !xattrsExclude?.test(name));
}
