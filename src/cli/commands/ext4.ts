// isopress ext4 SOURCE IMAGE

import { Command, Option } from 'commander';
import { EXT4_PROFILES } from '../../format/ext4/option-values.js';
import type { Ext4CommandOptions } from '../actions/ext4.js';
import { withExamples } from '../examples.js';
import { addLikeOption } from '../like-option.js';
import { parseInteger, parseSize, parseSizeOrAuto } from '../units.js';
import { addWriterOptions, SOURCE_HELP } from '../writer-options.js';

export function ext4Command(): Command {
  const command = withExamples(
    new Command('ext4'),
    'isopress ext4 ./rootfs rootfs.img --label ROOT',
    'tar -c -C rootfs . | isopress ext4 - rootfs.img --size 2G',
    'isopress ext4 ./rootfs new.img --like old.img',
  )
    .description('write an ext4 image from a directory tree')
    .argument('<source>', SOURCE_HELP)
    .argument('<image>', 'image file, or - for standard output')
    .addOption(
      new Option('--size <bytes>', 'size of the file system, or auto: what the tree needs, plus --slack')
        .argParser(parseSizeOrAuto)
        .default('auto'),
    )
    .addOption(
      new Option('--slack <bytes>', 'free space that an automatic size leaves').argParser(parseSize).default(0),
    )
    .option('-L, --label <text>', 'volume label, up to 16 bytes')
    .option('--uuid <uuid>', 'file system UUID (default: from the seed)')
    .option('--hash-seed <uuid>', 'seed of the directory hash (default: from the seed)')
    .addOption(
      new Option('--block-size <bytes>', '1K to 64K; Linux mounts up to its page size (default: 4K)').argParser(
        parseSize,
      ),
    )
    .addOption(new Option('--inode-size <bytes>', '128, 256, 512 or 1024 (default: 256)').argParser(parseSize))
    .addOption(new Option('--inodes <n>', 'number of inodes').argParser(parseInteger(16, 0xffff_ffff)))
    .addOption(new Option('--inode-ratio <bytes>', 'one inode for this many bytes').argParser(parseSize))
    .addOption(new Option('--reserved-percent <n>', 'blocks reserved for root').argParser(parseInteger(0, 50)))
    .addOption(new Option('--journal-size <bytes>', 'size of the journal').argParser(parseSize))
    .option('--no-journal', 'make no journal')
    .addOption(
      new Option('--profile <name>', 'programs that must read the image (default: boot)').choices(
        Object.keys(EXT4_PROFILES),
      ),
    )
    .option('--features <list>', 'changes to the profile: orphan_file,^resize_inode')
    .addOption(new Option('--offset <bytes>', 'zeros before the file system: its place in a disk').argParser(parseSize))
    .addOption(new Option('--mke2fs-options <text>', 'options in the spelling of mkfs.ext4, as in fscreateoptions'));
  return addWriterOptions(addLikeOption(command)).action(
    async (source: string, image: string, options: Ext4CommandOptions) => {
      const { writeExt4 } = await import('../actions/ext4.js');
      return writeExt4(source, image, options);
    },
  );
}
