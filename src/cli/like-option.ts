// The option --like of commands that write an image which has much in common with an earlier one.

import { type Command, Option } from 'commander';
import type { Ext4Places } from '../format/ext4/index.js';
import type { SquashfsPlaces } from '../format/squashfs/index.js';
import type { LayerKind } from '../image/index.js';
import type { Source } from '../io/index.js';
import { argumentBytes } from './argument-bytes.js';

/** Parsed value of the option. */
export interface LikeOptions {
  readonly like?: string;
}

/** Adds `--like`. */
export function addLikeOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--like <image>',
      'keep what is unchanged at its place in this earlier image: an image of the same kind, or one that has it inside (default: none)',
    ),
  );
}

/** The places in an earlier image, read when they are asked for. */
export function earlierImage(text: string) {
  const read = async <T>(kind: LayerKind, places: (image: Source) => Promise<T>): Promise<T> => {
    const [{ withImage }, { findLayer }] = await Promise.all([import('./inside.js'), import('../image/index.js')]);
    const name = argumentBytes(text);
    return withImage(text, {}, async (image, spool) => places(await findLayer(image, { kind, name, spool })));
  };
  return {
    ext4: async (): Promise<Ext4Places> => {
      const { readExt4Places } = await import('../format/ext4/index.js');
      return read('ext4', readExt4Places);
    },
    squashfs: async (): Promise<SquashfsPlaces> => {
      const { readSquashfsPlaces } = await import('../format/squashfs/index.js');
      return read('squashfs', readSquashfsPlaces);
    },
  };
}
