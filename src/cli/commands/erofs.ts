// isopress erofs SOURCE IMAGE

import { Command, Option } from 'commander';
import { defined, type Timestamp, timestamp } from '../../bytes/index.js';
import { CLUSTER_CODECS, type ClusterCodecName, type ClusterRequest } from '../../compress/index.js';
import {
  type ErofsOptions,
  type InodeForm,
  type MkfsErofsOptions,
  planErofs,
  resolveErofs,
} from '../../format/erofs/index.js';
import { type FileTree, mapNodes, overrideAll, shareDuplicates } from '../../tree/index.js';
import { withExamples } from '../examples.js';
import { parseInteger, parseSize } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions {
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
  /** The options of mkfs.erofs on the command line. */
  readonly classic?: {
    readonly image: MkfsErofsOptions['image'];
    readonly compression: ClusterRequest | undefined;
    readonly changes: Omit<MkfsErofsOptions['tree'], 'exclude' | 'xattrs'>;
  };
}

const IDS = 2 ** 32;

export function erofsCommand(): Command {
  const command = withExamples(
    new Command('erofs'),
    'isopress erofs ./rootfs rootfs.erofs --compression lz4hc --cluster-size 64K',
  )
    .description('write an EROFS image from a directory tree')
    .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
    .argument('<image>', 'image file, or - for standard output where nothing is compressed');
  addCompressionOptions(command);
  addLayoutOptions(command);
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, {
      name: 'erofs',
      check: (derived) => resolveErofs(erofsOptions(options, derived)),
      plan: async ({ tree, epoch, seed }, { run }) => {
        const timed = options.classic?.changes.imageTime ? overrideAll(tree, { mtime: epoch }) : tree;
        const shared = options.duplicates ? await shareDuplicates(timed, run) : timed;
        return planErofs(shared, erofsOptions(options, { epoch, seed }));
      },
      change: (tree) => withOverrides(tree, options),
    }),
  );
}

function addCompressionOptions(command: Command): Command {
  const levels = CLUSTER_CODECS.flatMap(({ name, levels: scale }) =>
    scale ? [`${name} ${scale.least}-${scale.most} (default ${scale.usual})`] : [],
  );
  return command
    .addOption(
      new Option('-c, --compression <name>', 'what compresses the files (default: none)').choices([
        ...CLUSTER_CODECS.map(({ name }) => name),
        'none',
      ]),
    )
    .addOption(new Option('--level <n>', levels.join(', ')).argParser(parseInteger(0, 200)))
    .addOption(
      new Option('--dict-size <bytes>', 'lzma, zstd: dictionary size (default: by the cluster size)').argParser(
        parseSize,
      ),
    )
    .addOption(
      new Option(
        '--cluster-size <bytes>',
        'largest piece of compressed data, a multiple of the block size up to 1M (default: one block)',
      ).argParser(parseSize),
    )
    .addOption(
      new Option('--index <form>', 'index of compressed files (default: compact)').choices(['compact', 'full']),
    );
}

function addLayoutOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-b, --block-size <bytes>',
        'a power of two from 512 to 64K; other than 4K for Linux 6.4 and newer (default: 4K)',
      ).argParser(parseSize),
    )
    .option('-L, --label <text>', 'volume label, up to 16 bytes')
    .option('--uuid <uuid>', 'UUID (default: from the seed)')
    .addOption(
      new Option('--inodes <form>', 'form of inodes; compact ones have the time of the image (default: auto)').choices([
        'auto',
        'compact',
        'extended',
      ]),
    )
    .option('--no-inline-data', 'give the ends of files blocks of their own')
    .option('--no-sparse', 'store holes as zeros')
    .option('--no-duplicates', 'store equal files as often as they occur')
    .addOption(
      new Option(
        '--shared-xattrs <n>',
        'store an attribute once if so many inodes have it; 0: never (default: 2)',
      ).argParser(parseInteger(0, 0xffff_ffff)),
    );
}

/** The options as the library has them; our own take precedence over those of mkfs.erofs. */
function erofsOptions(options: Options, derived: Pick<ErofsOptions, 'epoch' | 'seed'>): ErofsOptions {
  const { image = {} } = options.classic ?? {};
  const own = defined({
    compression: compressionOf(options),
    clusterSize: options.clusterSize,
    blockSize: options.blockSize,
    label: options.label,
    uuid: options.uuid,
    inodes: options.inodes,
    inlineData: options.inlineData ? undefined : false,
    sparse: options.sparse ? undefined : false,
    sharedXattrs: options.sharedXattrs,
    index: options.index,
  });
  return { ...image, ...own, ...derived };
}

function compressionOf({ compression, level, dictSize, engine, classic }: Options): ClusterRequest | undefined {
  const asked = classic?.compression;
  const name = compression ?? asked?.name ?? 'none';
  if (name === 'none') return undefined;
  const isTheirs = compression === undefined || compression === asked?.name;
  return { ...(isTheirs ? asked : {}), ...defined({ level, dictionarySize: dictSize }), name, engine };
}

/** The tree with the attributes that mkfs.erofs's options ask for in place of its own. */
function withOverrides(tree: FileTree, { classic }: Options): FileTree {
  const { uid, gid, uidOffset = 0, gidOffset = 0, allTime } = classic?.changes ?? {};
  const mtime: Timestamp | undefined = allTime === undefined ? undefined : timestamp(allTime);
  const changed = overrideAll(tree, defined({ uid, gid, mtime }));
  if (uidOffset === 0 && gidOffset === 0) return changed;
  // As unsigned numbers of 32 bits do.
  const sum = (id: number, offset: number) => (id + offset) % IDS;
  return mapNodes(changed, (node) => ({ ...node, uid: sum(node.uid, uidOffset), gid: sum(node.gid, gidOffset) }));
}
