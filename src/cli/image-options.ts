// Options of every command that reads an image.

import { type Command, Option } from 'commander';
import { parseSize } from './units.js';

/** Options of every command that reads an image. */
export interface ImageOptions {
  readonly offset?: number;
  readonly view?: string;
}

/** The argument that names an image. */
export const IMAGE_HELP =
  'image file or device; a path after it continues inside, /#1 into a partition, /#boot1 into a boot image';

/** Names of the views that an image may have. */
const VIEWS = ['iso', 'joliet', 'rock-ridge', 'udf'];

/** Adds `--offset`. */
export function addOffsetOption(command: Command): Command {
  return command.addOption(
    new Option('--offset <bytes>', 'the image begins at this byte of the file (default: 0)').argParser(parseSize),
  );
}

/** Adds `--offset` and `--view`. */
export function addImageOptions(command: Command): Command {
  return addOffsetOption(command).addOption(
    new Option(
      '--view <name>',
      'tree of a disc to use (default: the first that shows all files: Rock Ridge, UDF, Joliet, ISO 9660)',
    ).choices(VIEWS),
  );
}
