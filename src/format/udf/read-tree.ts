// The files of an opened volume as a tree. Directories are met breadth first and built from the last to the first, so no
// nesting does not use the stack; no directory is read twice, so no loop is followed.

import { alignUp, type ByteString, fromText } from '../../bytes/index.js';
import {
  bytesSource,
  collect,
  EMPTY,
  type ExactContent,
  NAME_UNITS,
  PartsContent,
  quietRun,
  type Range,
} from '../../io/index.js';
import { directory, FileTree, file, type Node, type SpecialKind, special, symlink } from '../../tree/index.js';
import { decodeCs0 } from './cs0.js';
import type { LongAddress } from './fields.js';
import { FILE_TYPE } from './file-entry.js';
import { CHARACTERISTIC, fileIdentifierHead } from './file-identifier.js';
import { fileSetDescriptor } from './file-set.js';
import { decodeTarget } from './link-target.js';
import { EntryReader, type FoundEntry } from './read-entry.js';
import { damaged, type Volume } from './read-volume.js';
import { readTag, TAG_ID } from './tag.js';

const DELETED = 0x04;
/** Longest data of a symbolic link. */
const LONGEST_TARGET = 65_536;
const SPECIALS: ReadonlyMap<number, SpecialKind> = new Map(
  (['block-device', 'character-device', 'fifo', 'socket'] as const).map((kind) => [FILE_TYPE[kind], kind]),
);

interface Name {
  readonly name: ByteString;
  readonly key: string;
}

interface OpenDirectory {
  readonly key: string;
  readonly entry: FoundEntry;
  readonly names: readonly Name[];
}

/** Reads the tree of an opened volume. */
export async function readTree(volume: Volume): Promise<FileTree> {
  const entries = new EntryReader(volume);
  const { metadata } = volume;
  if (metadata) {
    const { parts } = await entries.read(metadata.address);
    volume.setMetadata(
      metadata.index,
      parts.filter((part): part is Range => !('hole' in part)),
    );
  }
  return new TreeReader(volume, entries).read();
}

class TreeReader {
  readonly #volume: Volume;
  readonly #entries: EntryReader;
  /** Nodes by the place of their entry: several names of one entry are one node. */
  readonly #nodes = new Map<string, Node>();
  readonly #open: OpenDirectory[] = [];
  readonly #opened = new Set<string>();
  /** Bytes that directories can still have. */
  #bytesLeft: number;

  constructor(volume: Volume, entries: EntryReader) {
    this.#volume = volume;
    this.#entries = entries;
    this.#bytesLeft = volume.size;
  }

  async read(): Promise<FileTree> {
    const { bytes } = await this.#volume.descriptor(this.#volume.fileSet, TAG_ID.fileSet);
    const root = await this.#meet(fileSetDescriptor.decode(bytes).root);
    if (this.#open.length === 0) throw damaged('root', 'The root of the volume is not a directory.');
    for (let index = 0; index < this.#open.length; index++) {
      for (const address of await this.#addresses(this.#open[index]!)) await this.#meet(address);
    }
    for (const { key, entry, names } of [...this.#open].reverse()) {
      const nodes = names.map((name) => [name.name, this.#nodes.get(name.key)!] as const);
      this.#nodes.set(key, directory<ExactContent>(entry, nodes));
    }
    return new FileTree(this.#nodes.get(root) as ReturnType<typeof directory<ExactContent>>);
  }

  /** The key of what is at an address. */
  async #meet(address: LongAddress): Promise<string> {
    const key = keyOf(address);
    if (this.#nodes.has(key)) return key;
    if (this.#opened.has(key)) throw damaged('directory-twice', 'A directory has two places.');
    const entry = await this.#entries.read(address);
    if (entry.fileType === FILE_TYPE.directory) {
      this.#opened.add(key);
      this.#open.push({ key, entry, names: [] });
    } else this.#nodes.set(key, await this.#leaf(entry));
    return key;
  }

  async #addresses(open: OpenDirectory): Promise<LongAddress[]> {
    const bytes = await this.#data(open.entry, this.#bytesLeft);
    this.#bytesLeft -= bytes.length;
    const names = new Map<ByteString, Name>();
    const addresses: LongAddress[] = [];
    for (let at = 0; at < bytes.length; ) {
      const head = fileIdentifierHead.decode(bytes, at);
      const nameAt = at + fileIdentifierHead.size + head.useLength;
      const end = nameAt + head.nameLength;
      if (end > bytes.length || readTag(bytes, at)?.id !== TAG_ID.fileIdentifier) {
        throw damaged('directory', 'A directory has an entry that is none.');
      }
      at = alignUp(end, 4);
      if ((head.characteristics & (DELETED | CHARACTERISTIC.parent)) !== 0) continue;
      this.#volume.work.spend(NAME_UNITS);
      const text = decodeCs0(bytes.subarray(nameAt, end));
      const name = fromText(text ?? '');
      if (names.has(name) || /^\.{0,2}$|[/\0]/.test(name)) {
        throw damaged('directory', 'A directory has a name twice, or one that cannot be.');
      }
      names.set(name, { name, key: keyOf(head.entry) });
      addresses.push(head.entry);
    }
    Object.assign(open, { names: [...names.values()] });
    return addresses;
  }

  async #leaf(entry: FoundEntry): Promise<Node> {
    if (entry.fileType === FILE_TYPE.symlink) {
      return symlink(decodeTarget(await this.#data(entry, LONGEST_TARGET)) ?? ('' as ByteString), entry);
    }
    const kind = SPECIALS.get(entry.fileType);
    if (kind) return special(kind, entry, ...(kind.endsWith('device') ? (entry.device ?? []) : []));
    if (entry.embedded) return file(entry.size === 0 ? EMPTY : bytesSource(entry.embedded), entry);
    return file(entry.size === 0 ? EMPTY : new PartsContent(this.#volume, entry.parts, entry.size), entry);
  }

  async #data(entry: FoundEntry, limit: number): Promise<Uint8Array> {
    if (entry.size > limit) throw damaged('directory', 'Directories and links are larger than they can be.');
    if (entry.embedded) return entry.embedded;
    return collect(new PartsContent(this.#volume, entry.parts, entry.size), quietRun());
  }
}

function keyOf({ partition, block }: LongAddress): string {
  return `${partition} ${block}`;
}
