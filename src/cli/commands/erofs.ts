// isopress erofs SOURCE IMAGE

import { Command, Option } from 'commander';
import { CLUSTER_CODECS } from '../../compress/option-values.js';
import type { ErofsCommandOptions } from '../actions/erofs.js';
import { addCacheOption } from '../cache-options.js';
import { withExamples } from '../examples.js';
import { classicSpelling } from '../option-words.js';
import { parseInteger, parseSize } from '../units.js';
import { addWriterOptions, SOURCE_HELP } from '../writer-options.js';

export function erofsCommand(): Command {
  const command = withExamples(
    new Command('erofs'),
    'isopress erofs ./rootfs rootfs.erofs --compression lz4hc --cluster-size 64K',
  )
    .description('write an EROFS image from a directory tree')
    .argument('<source>', SOURCE_HELP)
    .argument('<image>', 'image file, or - for standard output where nothing is compressed');
  addCompressionOptions(command);
  addLayoutOptions(command);
  addCacheOption(command, 'packed parts of files');
  return addWriterOptions(command).action(async (source: string, image: string, options: ErofsCommandOptions) => {
    const { writeErofs } = await import('../actions/erofs.js');
    return writeErofs(source, image, options, classicSpelling(command, options.classic?.spelled));
  });
}

function addCompressionOptions(command: Command): Command {
  const levels = CLUSTER_CODECS.flatMap(({ name, levels: scale }) =>
    scale ? [`${name} ${scale.least}-${scale.most} (default ${scale.usual})`] : [],
  );
  return command
    .addOption(
      new Option('-c, --compression <name>', 'compression of files (default: none)').choices([
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
    )
    .option('--tail-packing', 'put the compressed ends of files after their inodes; for Linux 5.17 and newer')
    .addOption(
      new Option(
        '--fragments <which>',
        'compress small files and the ends of others as one file, or all files; for Linux 6.1 and newer',
      ).choices(['ends', 'all']),
    )
    .option('--dedupe', 'store equal compressed data of different files once; for Linux 6.1 and newer');
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
    .option('--no-inline-data', 'store the ends of files in separate blocks')
    .addOption(
      new Option(
        '--chunk-size <bytes>',
        'store files in chunks of a power of two, for Linux 5.15 and newer (default: only files with holes)',
      ).argParser(parseSize),
    )
    .option('--no-sparse', 'store holes as zeros')
    .option('--no-duplicates', 'store equal files, and equal chunks, as often as they occur')
    .addOption(
      new Option(
        '--shared-xattrs <n>',
        'store an attribute once if at least this many inodes have it; 0: never (default: 2)',
      ).argParser(parseInteger(0, 0xffff_ffff)),
    );
}
