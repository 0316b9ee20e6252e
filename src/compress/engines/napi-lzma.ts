// xz by the optional package @napi-rs/lzma, 1.5 or newer, whose library is lzma-rust2 and shares no code with liblzma. Its own
// files have a CRC-64 and a dictionary of 8 MiB, which Linux does not read in squashfs; so it makes raw LZMA2, and the
// container is written here.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { concatBytes } from '../../bytes/index.js';
import type { BlockCoder, EngineId } from '../codec.js';
import type { XzSettings } from '../codecs/xz-settings.js';
import { dictionaryFor, endOfStream, lzma2Block, startOfStream } from '../streams/xz-container.js';

/** The used parts of the package. */
interface NapiLzma {
  readonly Lzma2Compressor: new (options: {
    readonly preset: number;
    readonly dictSize: number;
  }) => { update(bytes: Uint8Array): Uint8Array; finish(): Promise<Uint8Array> };
  readonly xz: { decompressSync(file: Uint8Array): Uint8Array };
}

const PACKAGE = '@napi-rs/lzma';
const MIN_DICTIONARY = 4096;

let found: { readonly id: EngineId; readonly library: NapiLzma } | undefined;
let hasLooked = false;

/** Its name and version; undefined if it is not installed, or older, or has no library for this version of Node.js. */
export function napiLzmaId(): EngineId | undefined {
  return load()?.id;
}

/** Looked for once. Older versions have no raw LZMA2. */
function load(): typeof found {
  if (hasLooked) return found;
  hasLooked = true;
  const require = createRequire(import.meta.url);
  try {
    const library = require(PACKAGE) as Partial<NapiLzma>;
    // The package does not export its package.json, which is next to the main file.
    const { version } = require(join(dirname(require.resolve(PACKAGE)), 'package.json')) as { version: string };
    if (library.Lzma2Compressor) found = { id: `npm/napi-lzma@${version}`, library: library as NapiLzma };
  } catch {
    // Not installed, or without a library for this machine: the engine is missing, and a request for it fails.
  }
  return found;
}

/** xz files of one block with a CRC-32. */
export function napiLzmaCoder(level: number, settings: XzSettings | undefined): BlockCoder {
  const { Lzma2Compressor } = load()!.library;
  return async (block) => {
    const wanted = Math.min(settings?.dictionarySize ?? Number.POSITIVE_INFINITY, block.length);
    const dictionary = dictionaryFor(Math.max(wanted, MIN_DICTIONARY));
    const compressor = new Lzma2Compressor({ preset: level, dictSize: dictionary.size });
    const start = compressor.update(block);
    const { data, unpadded } = lzma2Block([start, await compressor.finish()], block, dictionary.code);
    return concatBytes([startOfStream(), ...data, endOfStream([{ unpadded, size: block.length }])]);
  };
}

/** The bytes of a file, at most `limit`. */
export function napiLzmaDecode(file: Uint8Array, limit: number): Uint8Array {
  const bytes = load()!.library.xz.decompressSync(file);
  if (bytes.length > limit) throw new Error('it is longer than its limit');
  return bytes;
}
