// isopress squashfs SOURCE IMAGE

import { Command, Option } from 'commander';
import { chooseCompression, planSquashfs } from '../../index.js';
import { addCompressionOptions, type CompressionOptions, compressionSettings } from '../compression-options.js';
import { parseSize } from '../units.js';
import { writeCommand } from '../write-command.js';
import { addWriterOptions, type WriterOptions } from '../writer-options.js';

interface Options extends WriterOptions, CompressionOptions {
  readonly blockSize: number;
  readonly fragments: boolean;
  readonly sparse: boolean;
  readonly export: boolean;
  readonly pad: number;
}

export function squashfsCommand(): Command {
  const command = new Command('squashfs')
    .description('write a squashfs image from a directory tree')
    .argument('<source>', 'directory')
    .argument('<image>', 'image file');
  addCompressionOptions(command, { what: 'compressor', name: 'gzip', bcj: 'none' })
    .addOption(
      new Option('-b, --block-size <bytes>', 'data block size, a power of two from 4K to 1M')
        .argParser(parseSize)
        .default(131072, '128K'),
    )
    .option('--no-fragments', 'give every tail a block of its own')
    .option('--no-sparse', 'store blocks of zeros')
    .option('--no-export', 'leave out the table that NFS exports need')
    .addOption(
      new Option('--pad <bytes>', 'pad the image to a multiple of this, or none')
        .argParser(parsePad)
        .default(4096, '4K'),
    );
  return addWriterOptions(command).action((source: string, image: string, options: Options) =>
    writeCommand(source, image, options, ({ tree, epoch }) => {
      const { compression: name = 'gzip', engine } = options;
      const compression = chooseCompression({ name, engine, ...compressionSettings(options) });
      const { blockSize, fragments, sparse, export: exportTable, pad: padTo } = options;
      return planSquashfs(tree, { compression, epoch, blockSize, fragments, sparse, exportTable, padTo });
    }),
  );
}

function parsePad(text: string): number {
  return text === 'none' ? 1 : parseSize(text);
}
