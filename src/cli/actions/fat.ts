// Runs `isopress fat`: the options of the command as those of the format.

import { defined } from '../../bytes/index.js';
import {
  type FatLayout,
  type FatOptions,
  type MkfsFatOptions,
  planFat,
  resolveFatOptions,
} from '../../format/fat/index.js';
import { writeCommand } from '../write-command.js';
import type { WriterOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface FatCommandOptions extends WriterOptions {
  readonly size: number | 'auto';
  readonly type?: 'auto' | '12' | '16' | '32';
  readonly label?: string;
  readonly serial?: number;
  readonly sectorSize?: '512' | '1024' | '2048' | '4096';
  readonly clusterSize?: number;
  readonly hiddenSectors?: number;
  /** The options of mkfs.fat on the command line. */
  readonly classic?: Omit<MkfsFatOptions, 'rest'>;
}

/** Writes the image. */
export function writeFat(source: string, image: string, options: FatCommandOptions): Promise<void> {
  return writeCommand(source, image, options, {
    name: 'fat',
    check: (derived) => resolveFatOptions(fatOptions(options, derived)),
    plan: ({ tree, epoch, seed }) => planFat(tree, fatOptions(options, { epoch, seed })),
    facts: layoutFacts,
  });
}

/** The decisions about the volume, with numbers instead of entries: the caller has the tree. */
function layoutFacts({ directories, files, labelTime: _, serial, losses, ...facts }: FatLayout): object {
  return {
    format: 'fat',
    ...facts,
    serial: serial.toString(16).padStart(8, '0'),
    size: facts.sectors * facts.sectorSize,
    directories: directories.length,
    files: files.length,
    losses,
  };
}

const TYPES = { auto: 'auto', '12': 12, '16': 16, '32': 32 } as const;

/** The options as the library has them; our own take precedence over those of mkfs.fat. */
function fatOptions(options: FatCommandOptions, derived: Pick<FatOptions, 'epoch' | 'seed'>): FatOptions {
  const { image = {}, sectorsPerCluster } = options.classic ?? {};
  const sectorSize = options.sectorSize === undefined ? image.sectorSize : Number(options.sectorSize);
  const own = defined({
    size: options.size,
    type: options.type && TYPES[options.type],
    sectorSize,
    clusterSize: options.clusterSize ?? (sectorsPerCluster && sectorsPerCluster * (sectorSize ?? 512)),
    hiddenSectors: options.hiddenSectors,
    label: options.label,
    serial: options.serial,
  });
  return { ...image, ...own, ...derived };
}
