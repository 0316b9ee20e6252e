// The compression of the initrd and its reason: an option, the generation, dracut's configuration, otherwise gzip.

import {
  CONTAINERS,
  chooseStreamCompression,
  type EngineChoice,
  noSuchLevel,
  type StreamCompression,
  type StreamCompressionName,
} from '../../compress/index.js';
import { UnsupportedError, UsageError } from '../../errors.js';
import type { Run } from '../../io/index.js';
import type { FileTree } from '../../tree/index.js';
import { type Configured, configuredCompression } from './dracut-configuration.js';
import { unpackedByKernel } from './kernel-configuration.js';

/** A compression to ask for. */
export interface InitrdCompressionRequest {
  readonly name: StreamCompressionName | 'none';
  /** Within the scale of the compression; default its own. */
  readonly level?: number | undefined;
}

/** Name of the option, for errors. */
const OPTION = 'initrd.compression';

/** Throws {@link UsageError} for a compression that does not exist, or that would compress nothing. */
export function checkInitrdOptions(
  options: { readonly file?: string; readonly compression?: InitrdCompressionRequest } | undefined,
  engine: EngineChoice | undefined,
): void {
  const { file, compression } = options ?? {};
  if (!compression) return;
  if (file !== undefined) {
    throw new UsageError('live.initrd-given', 'A given initrd stays as it is: there is nothing to compress.', {
      option: OPTION,
    });
  }
  if (compression.name === 'none') {
    if (compression.level !== undefined) throw noSuchLevel('none', compression.level, 'It has no levels.', OPTION);
  } else chooseStreamCompression({ ...compression, name: compression.name, engine, option: OPTION });
}

/** The choice, with its reason as a clause. */
export type InitrdCompression =
  | { readonly by: 'isopress'; readonly stream: StreamCompression; readonly reason: string }
  | { readonly by: 'nobody'; readonly reason: string }
  /** dracut compresses: as its configuration or this option says. */
  | { readonly by: 'dracut'; readonly option: string | undefined; readonly reason: string };

/** The input of the choice. */
export interface CompressionSituation {
  readonly root: FileTree;
  readonly kernelVersion: string;
  readonly asked: InitrdCompressionRequest | undefined;
  /** The generation always uses xz, instead of dracut's configuration. */
  readonly xz: boolean;
  readonly generation: string;
  /** Whether dracut can leave an initrd uncompressed. */
  readonly canLeave: boolean;
  readonly engine: EngineChoice | undefined;
}

/** Throws {@link UnsupportedError} `live.initrd-compression` if the kernel does not unpack the requested compression. */
export async function chooseInitrdCompression(situation: CompressionSituation, run: Run): Promise<InitrdCompression> {
  const { asked, root, kernelVersion, engine, canLeave } = situation;
  const wish = await wishOf(situation, run);
  if (wish.name === undefined) return { by: 'dracut', option: undefined, reason: wish.reason };
  const known = await unpackedByKernel(root, kernelVersion, run);
  const { name, reason } = allowed(wish.name, wish.reason, known, asked !== undefined);
  if (!canLeave) {
    const option = asked || situation.xz ? dracutOption(name) : undefined;
    return { by: 'dracut', option, reason: `${reason}; this dracut cannot leave an initrd uncompressed` };
  }
  if (name === 'none') return { by: 'nobody', reason };
  const level = name === wish.name ? wish.level : undefined;
  return { by: 'isopress', stream: chooseStreamCompression({ name, level, engine, option: OPTION }), reason };
}

interface Wish {
  /** Undefined: a compression that is not implemented here. */
  readonly name: StreamCompressionName | 'none' | undefined;
  readonly level?: number | undefined;
  readonly reason: string;
}

async function wishOf({ asked, xz, generation, root }: CompressionSituation, run: Run): Promise<Wish> {
  if (asked) return { ...asked, reason: 'as asked for' };
  if (xz) return { name: 'xz', reason: `the usual one of ${generation}` };
  const configured = await configuredCompression(root, run);
  return configured ? wishFrom(configured) : { name: 'gzip', reason: 'the usual one of dracut' };
}

/** Names of compressions in dracut's configuration, and their programs. */
const PROGRAMS: Readonly<Record<string, StreamCompressionName | 'none'>> = {
  gzip: 'gzip',
  pigz: 'gzip',
  xz: 'xz',
  zstd: 'zstd',
  pzstd: 'zstd',
  lz4: 'lz4',
  lzo: 'lzo',
  lzop: 'lzo',
  cat: 'none',
};

/** A name, or a command; of its options the level counts. */
function wishFrom({ value, path }: Configured): Wish {
  const [program = '', ...options] = value.trim().split(/\s+/);
  const name = PROGRAMS[program.slice(program.lastIndexOf('/') + 1)];
  if (name === undefined) return { name, reason: `"${value}" in ${path}, which is left to dracut` };
  const level = options.map((text) => /^-(\d+)e?$/.exec(text)?.[1]).find((digits) => digits !== undefined);
  return { name, level: levelWithin(name, level), reason: `"${value}" in ${path}` };
}

/** Undefined for a level that is not in our scale. */
function levelWithin(name: StreamCompressionName | 'none', digits: string | undefined): number | undefined {
  const levels = CONTAINERS.find((container) => container.name === name)?.levels;
  const level = Number(digits);
  return levels && level >= Math.max(levels.least, 1) && level <= levels.most ? level : undefined;
}

/** Names as the kernel's configuration has them. */
const PREFERENCE = ['gzip', 'zstd', 'xz', 'lz4', 'lzo'] as const;

function allowed(
  name: StreamCompressionName | 'none',
  reason: string,
  known: ReadonlySet<string> | undefined,
  isAsked: boolean,
): { readonly name: StreamCompressionName | 'none'; readonly reason: string } {
  if (name === 'none' || !known || known.has(name)) return { name, reason };
  const possible = PREFERENCE.filter((other) => known.has(other));
  if (isAsked) {
    throw new UnsupportedError('live.initrd-compression', `The kernel of the root tree unpacks no initrd in ${name}.`, {
      hint: `Choose ${[...possible, 'none'].join(', ')}.`,
    });
  }
  return { name: possible[0] ?? 'none', reason: `${reason}, but the kernel does not unpack ${name}` };
}

/** dracut has an option for each compression under its program's name. */
function dracutOption(name: StreamCompressionName | 'none'): string | undefined {
  return name === 'none' ? undefined : `--${name}`;
}
