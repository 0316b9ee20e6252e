// The only module that loads the .node file: finds it, checks its interface version, and reports why it is not usable.

import { createRequire } from 'node:module';
import { platformName } from './platform.js';
import { foreignRuntime } from './runtime.js';

/** Exports of the library. The addon checks its arguments; system errors have an errno name as `code`. */
export interface NativeAddon {
  /** Version of the library, for reports. */
  version(): string;
  /** Number of the interface, see {@link ABI}. */
  abi(): number;
  /** As `crc32c` of bytes/: CRC-32C without final inversion, unsigned. */
  crc32c(seed: number, bytes: Uint8Array): number;
  /**
   * Entries of a directory, `names` with a zero byte after each, described; `.` is the directory itself. `xattrs`: extended
   * attributes too. `device` and `inode` are those that the directory has to have, or -1 for any. The answer is laid out as
   * `src/source/native-entries.ts` reads it. Never rejects for what the system says.
   */
  entries(
    directory: Uint8Array,
    names: Uint8Array,
    xattrs: boolean,
    device: number,
    inode: number,
  ): Promise<Uint8Array>;
  /**
   * All entries of directories, in byte order, described if there are at most `most`, otherwise only named. `paths` has a zero byte
   * after each; `identities` holds a device and an inode for each, as for `entries`. The directories below each follow it, depth
   * first, if they are on the same file system, until `budget` entries have been listed; with a budget of 0, and at least, the
   * first directory is.
   */
  listings(
    paths: Uint8Array,
    identities: Float64Array,
    most: number,
    budget: number,
    xattrs: boolean,
  ): Promise<Uint8Array>;
  /** `[at, length, …]` of the holes within the first `size` bytes of a regular file. `device` and `inode` as for `entries`. */
  holes(path: Uint8Array, size: number, device: number, inode: number): Float64Array;
  /**
   * Fills memory of {@link allocate}, which is to be left alone until the promise settles, with ranges of files. `paths`
   * holds a path per range, each followed by a zero byte; `numbers` six per range: the first byte in the file, the bytes, the
   * first byte in `into`, flags (1: the file has to end after the range, 2: the path may be a symbolic link), and the
   * device and inode that the file has to have, or -1. Resolves to the place of the first range that could not be read so,
   * or to -1.
   */
  gather(paths: Uint8Array, numbers: Float64Array, into: Uint8Array): Promise<number>;
  /**
   * Fills memory as `gather` does, and writes its first `length` bytes to the open file `target` at byte `at`. Resolves to the place
   * of the first range that could not be read so, without a write; to -1; or to -2 if it could not write everything.
   */
  transfer(
    paths: Uint8Array,
    numbers: Float64Array,
    memory: Uint8Array,
    length: number,
    target: number,
    at: number,
  ): Promise<number>;
  /**
   * The states of the regular files that ranges are the whole of, in the arrays of `gather`: 40 bytes for each, as little-endian numbers
   * of 64 bits. Device, inode, size, and the times of modification and change in nanoseconds; all zero for a file that is not as expected.
   */
  states(paths: Uint8Array, numbers: Float64Array): Promise<Uint8Array>;
  /**
   * The digests of the regular files that ranges are the whole of, in the arrays of `gather`, one after the other: all zero for a file that
   * cannot be read, is not as expected, or is empty. `identity` is the one of `src/tree/content-identity.ts`, `head` that
   * of the first 4096 bytes.
   */
  digestsOfFiles(
    kind: 'identity' | 'head' | 'md5' | 'sha256',
    paths: Uint8Array,
    numbers: Float64Array,
  ): Promise<Uint8Array>;
  /**
   * Makes entries in directories, as `src/extract/native-maker.ts` lays them out; `data` is to be left alone until the promise
   * settles. `paths` and `identities` as for `listings`, `images` of `openImage`, `pieces` as in `src/io/stored-pieces.ts`.
   * Resolves to a number per entry: 0, or the step that failed above 16 bits of its errno.
   */
  makeEntries(
    paths: Uint8Array,
    identities: Float64Array,
    numbers: Float64Array,
    texts: Uint8Array,
    data: readonly Uint8Array[],
    images: readonly number[],
    pieces: Float64Array,
  ): Promise<Uint32Array>;
  /**
   * Lets `makeEntries` and `fillFile` read the file of an image, whose blocks are compressed with a codec and have at most `most`
   * bytes. Returns a number for it, which is valid until `closeImage`.
   */
  openImage(fd: number, codec: string, most: number): number;
  /** Forgets an image. Calls under way are not disturbed. */
  closeImage(image: number): void;
  /**
   * Writes pieces to an open file, from byte `at` on; holes are not written. Resolves to 0, the errno of writing, or -1 if the
   * image does not have the pieces.
   */
  fillFile(fd: number, at: number, image: number, pieces: Float64Array): Promise<number>;
  /** The library of each codec with its version: `libdeflate@1.26`. */
  engines(): Readonly<Record<string, `${string}@${string}`>>;
  /** Zeros that a {@link NativeCompressor} reads in place, without a copy. */
  allocate(length: number): Uint8Array;
  /** Frees the memory of a buffer immediately. All views of it are empty from then on. */
  release(buffer: ArrayBufferLike): void;
  /** A block of at most `limit` bytes out of its compressed form. Throws for anything else. */
  decompress(codec: string, block: Uint8Array, limit: number): Uint8Array;
  /**
   * The same in a thread, into memory of {@link allocate}, whose length is the limit. Resolves to the number of bytes. Neither
   * memory is to be touched until the promise settles.
   */
  decode(codec: string, block: Uint8Array, into: Uint8Array): Promise<number>;
  /** The SHA-256 of a block, taken in a thread. The block is to be left alone until the promise settles. */
  sha256(block: Uint8Array): Promise<Uint8Array>;
  /**
   * Fills memory of {@link allocate} with a range of an open file. Resolves to false if it cannot be read, or has another SHA-256. The
   * memory is to be left alone until then; the file may be closed.
   */
  readChecked(fd: number, at: number, into: Uint8Array, digest: Uint8Array): Promise<boolean>;
  /**
   * `parameters`: up to six, as the codec documents them in `native/codecs`. `wake` is called, on this thread, when there
   * are results to take or the last thread has ended.
   */
  readonly Compressor: new (
    codec: string,
    parameters: readonly number[],
    threads: number,
    wake: () => void,
  ) => NativeCompressor;
}

/** Threads that compress blocks, outside JavaScript. */
export interface NativeCompressor {
  /**
   * Takes a block, which must not change until its result is taken, and a number for it. `digested`: also the SHA-256 of the block
   * and of its compressed bytes.
   */
  submit(id: number, block: Uint8Array, digested: boolean): void;
  /**
   * Three values per block: its number; the compressed bytes, null if they would not be fewer, or a text that says what went wrong;
   * and the digests, one after the other, or null.
   */
  take(): (number | Uint8Array | string | null)[];
  /** Forgets all blocks; threads end after the one they are at. */
  close(): void;
  /** Whether all threads have ended after {@link close}. */
  hasEnded(): boolean;
}

/**
 * The addon and where it came from, `the local build` or a package's name; or the reason why it is missing, as a clause:
 * "no library is built for linux-x64-gnu".
 */
export type NativeState =
  | { readonly addon: NativeAddon; readonly from: string; readonly reason?: undefined }
  | { readonly addon: undefined; readonly reason: string };

/** Must equal `ABI` in native/src/lib.rs; raised with every change of an exported function. */
const ABI = 20;

let state: NativeState | undefined;

/** The native engine of this process. Looks once, never throws. */
export function loadNative(): NativeState {
  state ??= find(platformName());
  return state;
}

/** A local build first, so that changes of the Rust code take effect; then the platform's package. */
function find(platform: string): NativeState {
  const runtime = foreignRuntime();
  if (runtime) return { addon: undefined, reason: `native libraries are not loaded under ${runtime}` };
  const packaged = `@isopress/native-${platform}`;
  const candidates = [
    { specifier: `../../native/isopress.${platform}.node`, from: 'the local build' },
    { specifier: packaged, from: packaged },
  ];
  const reasons: string[] = [];
  for (const { specifier, from } of candidates) {
    const found = load(specifier, from);
    if (found.addon) return found;
    if (found.reason !== '') reasons.push(found.reason);
  }
  return { addon: undefined, reason: reasons[0] ?? `no library is built or installed for ${platform}` };
}

/** An empty reason means that the file does not exist. */
function load(specifier: string, from: string): NativeState {
  const require = createRequire(import.meta.url);
  let path: string;
  try {
    path = require.resolve(specifier);
  } catch {
    return { addon: undefined, reason: '' };
  }
  try {
    return checkHandshake(require(path), path, from);
  } catch (error) {
    return { addon: undefined, reason: `${path} cannot be loaded: ${firstLine(error)}` };
  }
}

/** Accepts a library only if it states the interface number that this code was written for. */
export function checkHandshake(library: unknown, path: string, from: string): NativeState {
  const addon = library as Partial<NativeAddon> | null;
  const abi = typeof addon?.abi === 'function' ? addon.abi() : undefined;
  if (abi === ABI) return { addon: addon as NativeAddon, from };
  return {
    addon: undefined,
    reason: `${path} has interface ${abi ?? 'unknown'}, not ${ABI}; rebuild or reinstall it`,
  };
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
}
