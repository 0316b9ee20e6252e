// An EROFS as root image: `erofscompression` and `fscreateoptions` of the description, in the spelling of mkfs.erofs.

import { defined } from '../../bytes/index.js';
import { type ClusterRequest, type CompressionFacts, compressionFacts, NO_COMPRESSION } from '../../compress/index.js';
import { InvalidInputError, IsopressError, UnsupportedError, UsageError } from '../../errors.js';
import {
  type ErofsOptions,
  MKFS_EROFS,
  type MkfsErofsOptions,
  parseMkfsErofsOptions,
  resolveErofs,
} from '../../format/erofs/index.js';
import { refuseOptions, refuseRest } from '../../options/index.js';
import type { BuildRequest } from '../build/options.js';
import { type LiveDescription, placeOf } from '../description/index.js';

/** The choices for an EROFS root image. */
export interface ErofsRoot {
  readonly image: Partial<ErofsOptions>;
  readonly facts: ErofsCompressionFacts;
}

/** The compression of the files of an EROFS, for reports. */
export interface ErofsCompressionFacts extends Pick<CompressionFacts, 'engine' | 'level'> {
  readonly name: ClusterRequest['name'] | 'none';
  /** Bytes; absent if the codec has no dictionary sizes. */
  readonly dictionarySize?: number;
}

type Version = readonly [major: number, minor: number];

/** The first Linux version that mounts each compression. */
const KERNELS: Readonly<Record<ClusterRequest['name'], Version>> = {
  lz4: [5, 4],
  lz4hc: [5, 4],
  lzma: [5, 16],
  deflate: [6, 6],
  zstd: [6, 10],
};

const IN_TREE = 'Prepare the root tree, or use the options of the build for excludes, owners, times and manifests.';
const STAND_INS = { epoch: { seconds: 0, nanoseconds: 0 }, seed: '' };

/** Throws for unsupported options, with their place in the description. */
export function chooseErofsRoot(request: BuildRequest, description: LiveDescription): ErofsRoot {
  if (request.compression?.blockSize !== undefined) {
    throw new UsageError('live.block-size', 'An EROFS root image has no squashfs blocks.', {
      option: 'blockSize',
      hint: 'Set fscreateoptions="-C BYTES" in the description for the size of its clusters.',
    });
  }
  const words = readOptions(description);
  const compression = compressionOf(request, words.compression);
  const image = { ...words.image, ...defined({ compression }) };
  const chosen = atPlace(description, () => resolveErofs({ ...STAND_INS, ...image })).compression;
  const facts = chosen
    ? defined({ name: chosen.name, engine: chosen.engine, level: chosen.level, dictionarySize: chosen.dictionarySize })
    : { ...compressionFacts(NO_COMPRESSION), name: 'none' as const };
  return { image, facts };
}

/** A sentence about what a kernel of that version cannot mount; undefined if it can mount the image. */
export function tooNewFor(kernel: string, root: ErofsRoot): string | undefined {
  const found = /^(\d+)\.(\d+)/.exec(kernel);
  if (!found) return undefined;
  const [ownMajor, ownMinor] = [Number(found[1]), Number(found[2])];
  const isTooOld = ({ since: [major, minor] }: Need) => ownMajor < major || (ownMajor === major && ownMinor < minor);
  const missing = needsOf(root).find(isTooOld);
  if (!missing) return undefined;
  const { what, since } = missing;
  return `Linux ${kernel} of the root tree cannot mount ${what}, which takes ${since.join('.')} or newer.`;
}

/** A feature of an image, and the first kernel that reads it. */
interface Need {
  readonly what: string;
  readonly since: Version;
}

function needsOf({ facts: { name }, image }: ErofsRoot): Need[] {
  const needs: readonly (Need | false | undefined)[] = [
    name !== 'none' && { what: `EROFS with ${name}`, since: KERNELS[name] },
    image.fragments && { what: 'EROFS with fragments', since: [6, 1] },
    image.dedupe && { what: 'EROFS with deduplicated data', since: [6, 1] },
    image.tailPacking && { what: 'EROFS with compressed ends in inodes', since: [5, 17] },
    image.chunkSize !== undefined && { what: 'EROFS with chunks', since: [5, 15] },
    image.clusterSize !== undefined && { what: 'EROFS with clusters of several blocks', since: [5, 13] },
    { what: 'EROFS', since: KERNELS.lz4 },
  ];
  return needs
    .filter((need): need is Need => Boolean(need))
    .sort((a, b) => b.since[0] - a.since[0] || b.since[1] - a.since[1]);
}

/** The options with which KIWI calls mkfs.erofs: `fscreateoptions`, then `-z` with `erofscompression`. */
function readOptions(description: LiveDescription): MkfsErofsOptions {
  const { fscreateoptions = '', erofscompression = '' } = description.type;
  const words = fscreateoptions.split(/\s+/).filter((word) => word !== '');
  const compression = erofscompression.trim() === '' ? [] : ['-z', erofscompression.trim()];
  const attribute = compression.length > 0 && words.length === 0 ? 'erofscompression' : 'fscreateoptions';
  return atPlace(
    description,
    () => {
      const parsed = parseMkfsErofsOptions([...words, ...compression]);
      refuseRest(MKFS_EROFS, parsed.rest);
      refuseOptions(
        MKFS_EROFS,
        parsed.ofTree.map((option) => ({ option, instead: IN_TREE })),
      );
      return parsed;
    },
    attribute,
  );
}

/** The option of the build, otherwise that of the description. */
function compressionOf(
  { compression: asked = {}, engine }: BuildRequest,
  described: ClusterRequest | undefined,
): ClusterRequest | undefined {
  const name = asked.name ?? described?.name ?? 'none';
  if (name === 'none') return undefined;
  if (name !== 'lz4' && name !== 'zstd' && name !== described?.name) {
    throw new UsageError('live.compression', `EROFS has no compression ${name}.`, {
      option: 'compression',
      hint: 'Choose lz4, zstd or none, or set erofscompression in the description: lz4hc, lzma, deflate.',
    });
  }
  const base = name === described?.name ? described : { name };
  const { level, dictionarySize } = asked;
  return { ...base, ...defined({ level, dictionarySize, engine }) };
}

/** Runs `read`; an error about options gets their place. */
function atPlace<T>(description: LiveDescription, read: () => T, attribute = 'fscreateoptions'): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    const message = `The options of the EROFS root image cannot be followed: ${error.message}`;
    const place = { ...placeOf(description, attribute), hint: error.wording.hint, cause: error };
    if (error instanceof UnsupportedError) throw new UnsupportedError(error.code, message, place);
    throw new InvalidInputError(error.code, message, place);
  }
}
