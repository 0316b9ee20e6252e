// isopress squashfs SOURCE IMAGE

import { Command } from 'commander';
import type { Timestamp } from '../../bytes/index.js';
import { type Compression, chooseCompression } from '../../compress/index.js';
import { findEqualTails, planSquashfs, resolveSquashfs, type SquashfsOptions } from '../../format/squashfs/index.js';
import type { Run } from '../../io/index.js';
import { contentPriorities, contentsMatching, type FileTree, shareDuplicates } from '../../tree/index.js';
import { compressionSettings } from '../compression-options.js';
import { withExamples } from '../examples.js';
import { addSquashfsOptions, type SquashfsCommandOptions, withOverrides } from '../squashfs-options.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions } from '../writer-options.js';

export function squashfsCommand(): Command {
  const command = addSquashfsOptions(
    withExamples(new Command('squashfs'), 'isopress squashfs ./rootfs rootfs.squashfs --compression zstd --level 19')
      .description('write a squashfs image from a directory tree')
      .argument('<source>', 'directory, tar file, or - for a tar archive on standard input')
      .argument('<image>', 'image file'),
  );
  return addWriterOptions(command).action((source: string, image: string, options: SquashfsCommandOptions) =>
    writeCommand(source, image, options, {
      name: 'squashfs',
      check: ({ epoch }) => resolveSquashfs(settingsOf(compressionOf(options), epoch, options)),
      plan: ({ tree, epoch }, { run }) => plan(tree, epoch, options, run),
      change: (tree) => withOverrides(tree, options),
    }),
  );
}

function compressionOf(options: SquashfsCommandOptions): Compression {
  const { compression: name = 'gzip', engine } = options;
  return chooseCompression({ name, engine, ...dictionaryOf(options), ...compressionSettings(options) });
}

/** No frame waits here that would keep the tree with its duplicates while the other one is planned. */
function plan(given: FileTree, epoch: Timestamp, options: SquashfsCommandOptions, run: Run) {
  const settings = settingsOf(compressionOf(options), epoch, options);
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
