// How the root image is compressed: what the command line, the description and its generation say, in that order.

import {
  type BcjFilter,
  type Compression,
  type CompressionName,
  type CompressionRequest,
  chooseCompression,
} from '../../compress/index.js';
import { InvalidInputError, IsopressError, UnsupportedError } from '../../errors.js';
import type { BuildOptions } from '../build/options.js';
import { isOlder, type LiveDescription, placeOf } from '../description/index.js';
import { readSquashfsWords, type SquashfsWords } from '../squashfs-words.js';

/** KIWI's default is xz with the branch filter of the architecture, on x86 and PowerPC. */
export function chooseRootCompression(
  options: BuildOptions,
  description: LiveDescription,
  machine: string,
  words: SquashfsWords | undefined,
): Compression {
  const { type, generation } = description;
  const worded = words?.compression ?? {};
  const described = type.squashfscompression ?? worded.name;
  const name: string = options.compression ?? (described === 'uncompressed' ? 'none' : (described ?? 'xz'));
  const { level, engine, extreme, dictionarySize, windowBits, strategies } = { ...worded, ...options };
  const asked = options.bcj ?? worded.bcj;
  const bcj = name !== 'xz' || (asked ?? 'auto') !== 'auto' ? asked : filtersFor(machine);
  const settings = { level, engine, extreme, dictionarySize, windowBits, strategies, bcj };
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  try {
    return chooseCompression({ name: name as CompressionName, ...(given as Omit<CompressionRequest, 'name'>) });
  } catch (error) {
    const codes = ['compress.unknown', 'compress.needs-native'];
    if (!(error instanceof IsopressError) || !codes.includes(error.code)) throw error;
    const why = described === undefined && options.compression === undefined ? ', which is the default,' : '';
    const first = isOlder(generation.name, 'kiwi-9.20') ? '' : 'Set squashfscompression="gzip" in the description, or ';
    throw new UnsupportedError('live.compression', `Compression ${name}${why} is not available: ${error.message}`, {
      ...placeOf(description, 'squashfscompression'),
      hint: `${first}give --compression gzip.`,
      cause: error,
    });
  }
}

/** `fscreateoptions` of a root image that is a squashfs itself. Throws for what has no meaning in one. */
export function readSquashfsOptions(description: LiveDescription): SquashfsWords {
  const text = description.type.fscreateoptions ?? '';
  try {
    return readSquashfsWords(text);
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    const message = `fscreateoptions="${text}" cannot be followed: ${error.message}`;
    const hint = error.hint ? { hint: error.hint } : {};
    const place = { ...placeOf(description, 'fscreateoptions'), ...hint, cause: error };
    if (error instanceof UnsupportedError) throw new UnsupportedError(error.code, message, place);
    throw new InvalidInputError(error.code, message, place);
  }
}

function filtersFor(machine: string): readonly BcjFilter[] {
  if (machine.includes('86')) return ['x86'];
  return machine.includes('ppc') ? ['powerpc'] : [];
}
