// Runs `isopress ext4`: the options of the command as those of the format.

import { bytesOf, defined } from '../../bytes/index.js';
import {
  type Ext4Options,
  type Ext4Profile,
  parseMke2fsOptions,
  planExt4,
  resolveExt4,
} from '../../format/ext4/index.js';
import { argumentBytes } from '../argument-bytes.js';
import { optionValue } from '../input.js';
import { earlierImage, type LikeOptions } from '../like-option.js';
import { writeCommand } from '../write-command.js';
import type { WriterOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface Ext4CommandOptions extends WriterOptions, LikeOptions {
  readonly size: number | 'auto';
  readonly slack: number;
  readonly label?: string;
  readonly uuid?: string;
  readonly hashSeed?: string;
  readonly blockSize?: number;
  readonly inodeSize?: number;
  readonly inodes?: number;
  readonly inodeRatio?: number;
  readonly reservedPercent?: number;
  readonly journal: boolean;
  readonly journalSize?: number;
  readonly profile?: Ext4Profile;
  readonly features?: string;
  readonly offset?: number;
  /** The text of `--mke2fs-options`. */
  readonly mke2fsOptions?: string;
  /** The options of mke2fs on the command line. */
  readonly classic?: Partial<Ext4Options>;
}

/** Writes the image. */
export function writeExt4(source: string, image: string, options: Ext4CommandOptions): Promise<void> {
  return writeCommand(source, image, options, {
    name: 'ext4',
    check: (derived) => resolveExt4(ext4Options(options, derived)),
    plan: async ({ tree, epoch, seed }) => {
      const like = options.like === undefined ? undefined : await earlierImage(options.like).ext4();
      return planExt4(tree, { ...ext4Options(options, { epoch, seed }), ...defined({ like }) });
    },
  });
}

/** The options of the format; isopress's own options take precedence over those of mke2fs. */
function ext4Options(options: Ext4CommandOptions, derived: Pick<Ext4Options, 'epoch' | 'seed'>): Ext4Options {
  const { mke2fsOptions: text } = options;
  const spelled = text === undefined ? {} : optionValue('mke2fsOptions', () => parseMke2fsOptions(text));
  const classic = { ...spelled, ...options.classic };
  const { journal, journalSize, features } = options;
  const blockSize = options.blockSize ?? classic.blockSize ?? 4096;
  const given = defined({
    label: options.label && bytesOf(argumentBytes(options.label)),
    uuid: options.uuid,
    hashSeed: options.hashSeed,
    blockSize: options.blockSize,
    inodeSize: options.inodeSize,
    inodes: options.inodes,
    inodeRatio: options.inodeRatio,
    reservedPercent: options.reservedPercent,
    profile: options.profile,
    offset: options.offset,
    features: features === undefined ? undefined : [classic.features ?? '', features].join(','),
    journal: journal ? journalSize && Math.floor(journalSize / blockSize) : false,
  });
  return { ...classic, ...given, ...derived, size: options.size, slack: options.slack };
}
