// Runs `isopress erofs`: the options of the command as those of the format.

import { bytesOf, defined, type Timestamp, timestamp } from '../../bytes/index.js';
import type { ClusterCodecName, ClusterCompression, ClusterRequest } from '../../compress/index.js';
import { UsageError } from '../../errors.js';
import {
  type ErofsOptions,
  type Fragments,
  findEqualChunks,
  type InodeForm,
  leastShared,
  type MkfsErofsOptions,
  planErofs,
  resolveErofs,
} from '../../format/erofs/index.js';
import { checkSpelled } from '../../options/index.js';
import { type FileTree, mapNodes, overrideAll, shareDuplicates } from '../../tree/index.js';
import { argumentBytes } from '../argument-bytes.js';
import type { CacheOptions } from '../cache-options.js';
import { optionFlag } from '../option-words.js';
import { writeCommand } from '../write-command.js';
import type { WriterOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface ErofsCommandOptions extends WriterOptions, CacheOptions {
  readonly compression?: ClusterCodecName | 'none';
  readonly level?: number;
  readonly dictSize?: number;
  readonly clusterSize?: number;
  readonly blockSize?: number;
  readonly label?: string;
  readonly uuid?: string;
  readonly inodes?: InodeForm;
  readonly inlineData: boolean;
  readonly sparse: boolean;
  readonly duplicates: boolean;
  readonly sharedXattrs?: number;
  readonly index?: 'full' | 'compact';
  readonly tailPacking?: true;
  readonly fragments?: Fragments;
  readonly dedupe?: true;
  readonly chunkSize?: number;
  /** The options of mkfs.erofs on the command line. */
  readonly classic?: {
    readonly image: MkfsErofsOptions['image'];
    readonly compression: ClusterRequest | undefined;
    readonly changes: Omit<MkfsErofsOptions['tree'], 'exclude' | 'xattrs'>;
    readonly spelled: MkfsErofsOptions['spelled'];
  };
}

const IDS = 2 ** 32;

/** Writes the image. `spelled`: by which option of mkfs.erofs a value was given. */
export function writeErofs(
  source: string,
  image: string,
  options: ErofsCommandOptions,
  spelled: ReadonlyMap<string, string>,
): Promise<void> {
  return writeCommand(source, image, options, {
    name: 'erofs',
    check: (derived) =>
      checkSpelled({ name: 'mkfs.erofs' }, spelled, () => resolveErofs(erofsOptions(options, derived)), optionFlag),
    plan: async ({ tree, epoch, seed }, { run }, cache) => {
      const timed = options.classic?.changes.imageTime ? overrideAll(tree, { mtime: epoch }) : tree;
      const reuse = (compression: ClusterCompression) => cache.clusters(compression);
      const chosen = { ...erofsOptions(options, { epoch, seed }), reuse };
      const least = leastShared(chosen);
      const shared = options.duplicates ? await shareDuplicates(timed, run, { least }) : timed;
      if (chosen.chunkSize === undefined || !options.duplicates) return planErofs(shared, chosen);
      return planErofs(shared, { ...chosen, equalChunks: await findEqualChunks(shared, chosen.chunkSize, run) });
    },
    change: (tree) => withOverrides(tree, options),
  });
}

/** The options as the library has them; our own take precedence over those of mkfs.erofs. */
function erofsOptions(options: ErofsCommandOptions, derived: Pick<ErofsOptions, 'epoch' | 'seed'>): ErofsOptions {
  const { image = {} } = options.classic ?? {};
  const own = defined({
    compression: compressionOf(options),
    clusterSize: options.clusterSize,
    blockSize: options.blockSize,
    label: options.label && bytesOf(argumentBytes(options.label)),
    uuid: options.uuid,
    inodes: options.inodes,
    inlineData: options.inlineData ? undefined : false,
    sparse: options.sparse ? undefined : false,
    sharedXattrs: options.sharedXattrs,
    index: options.index,
    tailPacking: options.tailPacking,
    fragments: options.fragments,
    dedupe: options.dedupe,
    chunkSize: options.chunkSize,
  });
  return { ...image, ...own, ...derived };
}

function compressionOf({
  compression,
  level,
  dictSize,
  index,
  engine,
  classic,
}: ErofsCommandOptions): ClusterRequest | undefined {
  const asked = classic?.compression;
  const name = compression ?? asked?.name ?? 'none';
  if (name === 'none') {
    refuseWithout({ level, dictSize, index });
    return undefined;
  }
  const isTheirs = compression === undefined || compression === asked?.name;
  return { ...(isTheirs ? asked : {}), ...defined({ level, dictionarySize: dictSize }), name, engine };
}

/** Throws for settings of a compression when nothing is compressed. */
function refuseWithout(settings: Readonly<Record<string, unknown>>): void {
  const [option] = Object.entries(settings).find(([, value]) => value !== undefined) ?? [];
  if (option === undefined) return;
  throw new UsageError('erofs.no-compression', 'It has a meaning only for compressed files.', {
    option,
    hint: 'Choose a --compression, or leave it out.',
  });
}

/** The tree, with attributes replaced as mkfs.erofs's options ask. */
function withOverrides(tree: FileTree, { classic }: ErofsCommandOptions): FileTree {
  const { uid, gid, uidOffset = 0, gidOffset = 0, allTime } = classic?.changes ?? {};
  const mtime: Timestamp | undefined = allTime === undefined ? undefined : timestamp(allTime);
  const changed = overrideAll(tree, defined({ uid, gid, mtime }));
  if (uidOffset === 0 && gidOffset === 0) return changed;
  // Wraps around like unsigned 32-bit numbers.
  const sum = (id: number, offset: number) => (id + offset) % IDS;
  return mapNodes(changed, (node) => ({ ...node, uid: sum(node.uid, uidOffset), gid: sum(node.gid, gidOffset) }));
}
