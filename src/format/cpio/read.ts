// Archives of an initrd as one tree: any number of them one after the other, plain or compressed, as Linux unpacks them
// (Documentation/driver-api/early-userspace/buffer-format.rst).

import { type ByteString, byteStringOf, SIGNATURE_LENGTH, streamFormat, timestamp } from '../../bytes/index.js';
import { UNPACK_LIMIT, unpackStream } from '../../compress/index.js';
import { UnsupportedError } from '../../errors.js';
import { asBytes, EMPTY, PartsContent, quietRun, type Source, type Spool, Work } from '../../io/index.js';
import {
  attributes,
  type Directory,
  type FileTree,
  file,
  kindOfMode,
  type Node,
  PathTree,
  special,
  splitPath,
  symlink,
} from '../../tree/index.js';
import { damaged, type Member, Members } from './members.js';
import { TRAILER } from './newc.js';

/** Compressed archives in compressed archives. */
const DEEPEST = 3;
const LONGEST_TARGET = 65_535;
const MEMBER_UNITS = 1024;
/** Zeros between two archives are looked through in steps of this many bytes. */
const STEP = 64 * 1024;

/**
 * The tree of all archives. Compressed ones are unpacked to the spool. `note` receives what is left out. Throws
 * {@link InvalidImageError} for damaged ones.
 */
export async function readCpio(
  image: Source,
  spool: Spool | undefined,
  note: (text: string) => void,
): Promise<FileTree> {
  const reader = new CpioReader(spool, new Work(image.size, 'cpio.work'));
  await reader.all(image, 0);
  if (reader.lost > 0)
    note(`${reader.lost} entries are left out: their paths lead through files, or have names that no file can have.`);
  return reader.finish();
}

class CpioReader {
  /** Entries that have no place. */
  lost = 0;
  readonly #tree = new PathTree();
  readonly #spool: Spool | undefined;
  readonly #work: Work;

  constructor(spool: Spool | undefined, work: Work) {
    this.#spool = spool;
    this.#work = work;
  }

  finish(): FileTree {
    return this.#tree.finish();
  }

  async all(image: Source, depth: number): Promise<void> {
    for (let at: number | undefined = 0; at !== undefined; at = await nextByte(image, at)) {
      const members = new Members(image, at);
      if (await members.begins()) {
        at = await this.#archive(image, members);
        continue;
      }
      // A compressed archive reaches to the end: nothing says where its last byte is.
      return this.#compressed(image, at, depth);
    }
  }

  async #compressed(image: Source, at: number, depth: number): Promise<void> {
    const rest = image.slice({ at, length: image.size - at });
    const head = new Uint8Array(Math.min(SIGNATURE_LENGTH, rest.size));
    await rest.read(0, head);
    const format = streamFormat(head);
    if (format === 'none' || depth === DEEPEST) throw damaged('After an archive comes something else.', at);
    if (!this.#spool) throw noSpool();
    const unpacked = await this.#spool.keep(rest, () =>
      unpackStream(format, asBytes(rest.pieces(quietRun())), UNPACK_LIMIT),
    );
    await this.all(unpacked, depth + 1);
  }

  /** One archive, up to its trailer; where it ends. */
  async #archive(image: Source, members: Members): Promise<number> {
    /** Entries of one inode: only the last of a file's names may have its bytes. */
    const linked = new Map<string, Member[]>();
    for (;;) {
      const member = await members.next();
      if (!member || member.path === TRAILER) break;
      this.#work.spend(MEMBER_UNITS + member.path.length);
      if (member.links > 1 && kindOfMode(member.mode) === 'file') {
        const key = `${member.device}/${member.inode}`;
        const names = linked.get(key);
        if (names) names.push(member);
        else linked.set(key, [member]);
      } else await this.#add(image, member);
    }
    for (const names of linked.values()) {
      const whole = names.findLast(({ size }) => size > 0) ?? names.at(-1)!;
      const node = fileOf(image, whole);
      for (const { path } of names) this.#put(path, node);
    }
    return members.at;
  }

  async #add(image: Source, member: Member): Promise<void> {
    const kind = kindOfMode(member.mode);
    const given = attributesOf(member);
    if (kind === undefined) throw damaged(`An entry has mode ${member.mode.toString(8)}.`, member.dataAt);
    if (kind === 'directory') this.#count(this.#tree.addDirectory(namesOf(member.path), given));
    else if (kind === 'file') this.#put(member.path, fileOf(image, member));
    else if (kind !== 'symlink') this.#put(member.path, special(kind, given, member.major, member.minor));
    else {
      if (member.size > LONGEST_TARGET) throw damaged(`A symbolic link has ${member.size} bytes.`, member.dataAt);
      const target = new Uint8Array(member.size);
      await image.read(member.dataAt, target);
      this.#put(member.path, symlink(byteStringOf(target), given));
    }
  }

  #put(path: ByteString, node: Exclude<Node, Directory>): void {
    this.#count(this.#tree.add(namesOf(path), node));
  }

  #count(isAdded: boolean): void {
    if (!isAdded) this.lost++;
  }
}

/** Names that lead upwards are left out: nothing is above the root. */
function namesOf(path: ByteString): ByteString[] {
  return splitPath(path).filter((name) => name !== '..');
}

function attributesOf({ mode, uid, gid, mtime }: Member) {
  return attributes({ mode: mode & 0o7777, uid, gid, mtime: timestamp(mtime) });
}

function fileOf(image: Source, member: Member) {
  const { dataAt: at, size: length } = member;
  const provider = { data: (range: Parameters<Source['slice']>[0]) => image.slice(range) };
  const content = length === 0 ? EMPTY : new PartsContent(provider, [{ at, length }], length);
  return file(content, attributesOf(member));
}

/** Where the zeros end that fill an archive up; undefined at the end. */
async function nextByte(image: Source, from: number): Promise<number | undefined> {
  for (let at = from; at < image.size; at += STEP) {
    const bytes = new Uint8Array(Math.min(STEP, image.size - at));
    await image.read(at, bytes);
    const found = bytes.findIndex((byte) => byte !== 0);
    if (found >= 0) return at + found;
  }
  return undefined;
}

function noSpool(): UnsupportedError {
  return new UnsupportedError(
    'cpio.no-spool',
    'An archive of the initrd is compressed, and there is no place to unpack it.',
    {
      hint: 'Give a spool.',
    },
  );
}
