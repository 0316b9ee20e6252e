// A directory of the running system as a tree: exact metadata, hard links as shared nodes, holes, extended attributes.

import { type BigIntStats, closeSync, constants, lstatSync, openSync, readdirSync, readlinkSync } from 'node:fs';
import { type ByteString, byteStringOf, compareBytes, displayText, fromNanoseconds } from '../bytes/index.js';
import { InvalidInputError, SourceError } from '../errors.js';
import {
  breathe,
  type ExactContent,
  type FilePlace,
  fileContent,
  NativeRangeReader,
  pathBuffer,
  type Range,
  type RangeReader,
  type Run,
  sourceError,
} from '../io/index.js';
import { chooseNative, type EngineChoice, type NativeAddon } from '../native/index.js';
import {
  type Attributes,
  type Directory,
  directory,
  excludeMatcher,
  FileTree,
  file,
  joinPath,
  type Node,
  type SpecialKind,
  special,
  symlink,
} from '../tree/index.js';
import { scanError } from './errors.js';
import { askForHoles, searchHoles } from './holes.js';
import { chooseXattrReader, noXattrs, type XattrReader } from './xattrs.js';

export interface ScanOptions {
  /** Default `auto`. Without the addon the scan is slower on sparse files and may miss xattrs, which a note tells. */
  readonly engine?: EngineChoice;
  /** Leave out what is mounted below; mount points stay as empty directories. Default false. */
  readonly oneFileSystem?: boolean;
  /** Patterns of what is left out, as for {@link exclude}; such entries are not even looked at. */
  readonly exclude?: readonly string[];
  /** Read extended attributes. Default true. */
  readonly xattrs?: boolean;
  /** Told what could not be read, one sentence each, once. */
  readonly note?: (text: string) => void;
  /** For progress and for stopping early. */
  readonly run?: Run;
}

/**
 * Reads the metadata of everything below `path` (a directory, or a symbolic link to one); contents are read when the
 * tree is packed. Nothing depends on the order in which the file system lists names. Throws {@link SourceError} for
 * an entry that cannot be read, `source.changed` for one that vanishes meanwhile.
 */
export async function scanDirectory(path: ByteString, options: ScanOptions = {}): Promise<FileTree> {
  if (path === '' || path.includes('\0')) {
    throw new InvalidInputError('source.bad-path', `"${displayText(path)}" is not the path of a directory.`);
  }
  const native = chooseNative(options.engine ?? 'auto');
  const xattrs = options.xattrs === false ? noXattrs : await chooseXattrReader(native);
  const tree = new FileTree(await new Scan(native.addon, xattrs, options).top(path));
  for (const note of xattrs.notes()) options.note?.(note);
  return tree;
}

const TYPE = 0o170000;
const DIRECTORY = 0o040000;
const REGULAR = 0o100000;
const SYMLINK = 0o120000;
const SPECIALS: ReadonlyMap<number, SpecialKind> = new Map([
  [0o060000, 'block-device'],
  [0o020000, 'character-device'],
  [0o010000, 'fifo'],
  [0o140000, 'socket'],
]);

/** Entries between two looks at the rest of the process. */
const BREATH = 2048;

class Scan {
  /** Entries with several names, by file system and inode: the node that all their names share. */
  readonly #shared = new Map<bigint, Node>();
  /** The directories that the scan is inside of, by file system and inode. */
  readonly #inside = new Set<bigint>();
  readonly #excluded: ((path: ByteString) => boolean) | undefined;
  readonly #reader: RangeReader | undefined;
  #top = 0;
  #entries = 0;
  #fileSystem = 0n;
  #mtime = fromNanoseconds(0n);
  #mtimeNs = 0n;

  constructor(
    readonly addon: NativeAddon | undefined,
    readonly xattrs: XattrReader,
    readonly options: ScanOptions,
  ) {
    if (addon) this.#reader = new NativeRangeReader(addon);
    if (options.exclude && options.exclude.length > 0) this.#excluded = excludeMatcher(options.exclude);
  }

  async top(path: ByteString): Promise<Directory> {
    // With the slash the kernel follows a link here, for lstat and for attributes alike, and refuses what is no directory.
    const top = path.endsWith('/') ? path : (`${path}/` as ByteString);
    const at = pathBuffer(top);
    let stat: BigIntStats;
    try {
      stat = lstatSync(at, { bigint: true });
    } catch (error) {
      throw sourceError(path, error);
    }
    this.#fileSystem = stat.dev;
    this.#top = top.length;
    return this.#directory(top, at, stat);
  }

  async #directory(path: ByteString, at: Buffer, stat: BigIntStats): Promise<Directory> {
    const entries: [ByteString, Node][] = [];
    const attrs = this.#attributes(path, at, stat);
    if (this.options.oneFileSystem && stat.dev !== this.#fileSystem) return directory<ExactContent>(attrs);
    const identity = identityOf(stat);
    if (this.#inside.has(identity)) throw mountLoop(path);
    this.#inside.add(identity);
    for (const name of names(path, at)) {
      const below = joinPath(path, name);
      if (this.#excluded?.(below.slice(this.#top) as ByteString)) continue;
      const entry = this.#entry(below, { directory: path, name });
      entries.push([name, entry instanceof Promise ? await entry : entry]);
      if (++this.#entries % BREATH === 0) {
        this.options.run?.report({ step: 'scanning', done: this.#entries, unit: 'entries' });
        await breathe(this.options.run);
      }
    }
    this.#inside.delete(identity);
    return directory<ExactContent>(attrs, entries);
  }

  /** A promise only where there is something to wait for: a directory, or a sparse file to be searched. */
  #entry(path: ByteString, place: FilePlace): Node | Promise<Node> {
    const at = pathBuffer(path);
    let stat: BigIntStats;
    try {
      stat = lstatSync(at, { bigint: true });
    } catch (error) {
      throw scanError(path, error);
    }
    const type = Number(stat.mode) & TYPE;
    if (type === DIRECTORY) return this.#directory(path, at, stat);
    if (stat.nlink < 2n) return this.#leaf(path, place, at, stat, type);
    const identity = identityOf(stat);
    const known = this.#shared.get(identity);
    if (known) return known;
    const node = this.#leaf(path, place, at, stat, type);
    if (node instanceof Promise) {
      return node.then((made) => {
        this.#shared.set(identity, made);
        return made;
      });
    }
    this.#shared.set(identity, node);
    return node;
  }

  #leaf(path: ByteString, place: FilePlace, at: Buffer, stat: BigIntStats, type: number): Node | Promise<Node> {
    const attrs = this.#attributes(path, at, stat);
    if (type === REGULAR) {
      // Told now, not after half an image: a file that only its owner may read.
      if ((attrs.mode & 0o004) === 0) checkReadable(path, at);
      return this.#file(path, place, stat, attrs);
    }
    if (type === SYMLINK) return symlink(target(path, at), attrs);
    const kind = SPECIALS.get(type);
    if (!kind) {
      const shown = displayText(path);
      throw new SourceError('source.unknown-kind', `${shown} is of a kind that no image can hold.`, { path: shown });
    }
    return kind.endsWith('device') ? special(kind, attrs, major(stat.rdev), minor(stat.rdev)) : special(kind, attrs);
  }

  #file(path: ByteString, place: FilePlace, stat: BigIntStats, attrs: Attributes): Node | Promise<Node> {
    const size = Number(stat.size);
    if (stat.blocks * 512n >= stat.size) return file(fileContent(place, size, [], this.#reader), attrs);
    if (this.addon) return file(fileContent(place, size, askForHoles(this.addon, path, size), this.#reader), attrs);
    return searchHoles(path, size, this.options.run).then((holes: Range[]) =>
      file(fileContent(place, size, holes), attrs),
    );
  }

  #attributes(path: ByteString, at: Buffer, stat: BigIntStats): Attributes {
    const mode = Number(stat.mode);
    const type = mode & TYPE;
    // Trees from packages have few different times; one object serves all neighbours with the same.
    if (stat.mtimeNs !== this.#mtimeNs) {
      this.#mtimeNs = stat.mtimeNs;
      this.#mtime = fromNanoseconds(stat.mtimeNs);
    }
    return {
      mode: mode & 0o7777,
      uid: Number(stat.uid),
      gid: Number(stat.gid),
      mtime: this.#mtime,
      xattrs: this.xattrs.read(at, path, type === REGULAR || type === DIRECTORY),
    };
  }
}

function identityOf({ dev, ino }: BigIntStats): bigint {
  return (dev << 64n) | ino;
}

function mountLoop(path: ByteString): SourceError {
  const shown = displayText(path);
  const message = `${shown} is a directory that it lies in itself: a mount leads back to where it came from.`;
  return new SourceError('source.mount-loop', message, { path: shown, hint: 'Unmount it, or exclude it.' });
}

/** Names of a directory as byte strings, in byte order so that the first of several links is always the same one. */
function names(path: ByteString, at: Buffer): ByteString[] {
  try {
    return (readdirSync(at, { encoding: 'latin1' }) as ByteString[]).sort(compareBytes);
  } catch (error) {
    throw scanError(path, error);
  }
}

function checkReadable(path: ByteString, at: Buffer): void {
  try {
    // The effective user counts, which access(2) does not ask for.
    closeSync(openSync(at, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  } catch (error) {
    throw scanError(path, error);
  }
}

function target(path: ByteString, at: Buffer): ByteString {
  try {
    return byteStringOf(readlinkSync(at, { encoding: 'buffer' }));
  } catch (error) {
    throw scanError(path, error);
  }
}

/** st_rdev as Linux's C libraries compose it: major 12 + 20 bits, minor 8 + 24 bits. */
function major(device: bigint): number {
  return Number(((device >> 8n) & 0xfffn) | ((device >> 32n) & 0xfffff000n));
}

function minor(device: bigint): number {
  return Number((device & 0xffn) | ((device >> 12n) & 0xffffff00n));
}
