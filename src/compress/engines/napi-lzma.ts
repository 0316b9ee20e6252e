// xz by the optional package @napi-rs/lzma, 1.5 or newer, whose library is lzma-rust2 and shares no code with liblzma. Its own
// files have a CRC-64 and a dictionary of 8 MiB, which Linux does not read in squashfs; so it makes raw LZMA2, and the
// container is written here (xz 1.2).

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BlockCoder, EngineId } from '../codec.js';
import type { XzSettings } from '../codecs/xz-settings.js';

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
    return container(Buffer.concat([start, await compressor.finish()]), block, dictionary.code);
  };
}

/** The bytes of a file, at most `limit`. */
export function napiLzmaDecode(file: Uint8Array, limit: number): Uint8Array {
  const bytes = load()!.library.xz.decompressSync(file);
  if (bytes.length > limit) throw new Error('it is longer than its limit');
  return bytes;
}

/** The smallest dictionary of 2^n or 3 × 2^n bytes that has `length`, and its code (xz 5.3.1). */
function dictionaryFor(length: number): { readonly size: number; readonly code: number } {
  for (let code = 0; ; code++) {
    const size = (2 | (code & 1)) * 2 ** (Math.floor(code / 2) + 11);
    if (size >= length) return { size, code };
  }
}

/** One stream with one block of LZMA2. */
function container(data: Uint8Array, block: Uint8Array, dictionaryCode: number): Uint8Array {
  const flags = Buffer.of(0x00, 0x01);
  const streamHeader = [Buffer.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00), flags, checksum(flags)];
  const blockHeader = Buffer.of(0x02, 0x00, 0x21, 0x01, dictionaryCode, 0, 0, 0);
  const unpadded = blockHeader.length + 4 + data.length + 4;
  const index = Buffer.from([0x00, 0x01, ...variable(unpadded), ...variable(block.length)]);
  const padded = Buffer.concat([index, padding(index.length)]);
  const footer = Buffer.alloc(6);
  footer.writeUInt32LE((padded.length + 4) / 4 - 1);
  flags.copy(footer, 4);
  return Buffer.concat([
    ...streamHeader,
    ...[blockHeader, checksum(blockHeader), data, padding(data.length), checksum(block)],
    ...[padded, checksum(padded)],
    ...[checksum(footer), footer, Buffer.from('YZ')],
  ]);
}

function checksum(bytes: Uint8Array): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(crc32(bytes));
  return buffer;
}

function padding(length: number): Uint8Array {
  return new Uint8Array(-length & 3);
}

/** A number in bytes of seven bits, the lowest first (xz 1.2). */
function variable(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}
