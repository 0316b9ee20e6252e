// An ISO 9660 volume opened for reading: its descriptors, and its blocks checked against the image.

import { InvalidImageError, UnsupportedError } from '../../errors.js';
import { type Range, type Source, Work } from '../../io/index.js';
import { Remarks } from '../../tree/index.js';
import { type DirectoryRecord, readRecord } from './directory-record.js';
import { BLOCK } from './geometry.js';
import { volumeDescriptors } from './read.js';
import { useFields } from './read-system-use.js';
import { sessionsOf } from './sessions.js';
import { PRIMARY, SUPPLEMENTARY, volumeDescriptor } from './volume-descriptor.js';

/** First two bytes of the escape sequences of Joliet: UCS-2 of level 1, 2 or 3. */
const JOLIET = [0x25, 0x2f] as const;
const JOLIET_LEVELS = [0x40, 0x43, 0x45];
/** Magic bytes of SP, the first field of a root that has system use fields. */
const SUSP_MAGIC = [0xbe, 0xef] as const;

/** Trees of one volume over the same files. */
export type HierarchyName = 'rock-ridge' | 'joliet' | 'iso9660';

/** Volume and hierarchies that it has. */
export class Volume {
  readonly #image: Source;
  /** The work done so far for reading the trees. */
  readonly work: Work;
  /** Defects of the disc, as far as it was read. */
  readonly remarks = new Remarks();
  /** Root directories as the descriptors give them. */
  readonly primary: DirectoryRecord;
  readonly joliet: DirectoryRecord | undefined;
  /** Bytes before the first system use field of every record but the first; undefined where there are no fields. */
  skip: number | undefined;

  private constructor(image: Source, primary: DirectoryRecord, joliet: DirectoryRecord | undefined) {
    this.#image = image;
    this.work = new Work(image.size, 'iso9660.work');
    this.primary = primary;
    this.joliet = joliet;
  }

  /** Throws {@link InvalidImageError} if there is no such volume. */
  static async open(image: Source): Promise<Volume> {
    let primary: DirectoryRecord | undefined;
    let joliet: DirectoryRecord | undefined;
    const sessions = await sessionsOf(image);
    for await (const { bytes } of volumeDescriptors(image, sessions.at(-1))) {
      const descriptor = volumeDescriptor.decode(bytes);
      if (descriptor.type !== PRIMARY && descriptor.type !== SUPPLEMENTARY) continue;
      if (descriptor.blockSize !== BLOCK) {
        throw new UnsupportedError(
          'iso9660.block-size',
          `Discs with blocks of ${descriptor.blockSize} bytes are not read.`,
        );
      }
      const root = readRecord(descriptor.rootRecord, 0);
      if (!root) throw damaged('root', 'A volume descriptor names no root directory.');
      if (descriptor.type === PRIMARY) primary ??= root;
      else if (isJoliet(descriptor.escapes)) joliet ??= root;
    }
    if (!primary) throw damaged('not-iso9660', 'This is not an ISO 9660 volume.');
    const volume = new Volume(image, primary, joliet);
    if (sessions.length > 1) volume.remarks.add(`The disc has ${sessions.length} sessions; the last one is shown.`);
    volume.skip = await volume.#findSkip();
    return volume;
  }

  /** Bytes of the image; throws where it ends before. */
  async bytes(range: Range): Promise<Uint8Array> {
    this.work.spend(range.length);
    const bytes = new Uint8Array(this.data(range).size);
    await this.#image.read(range.at, bytes);
    return bytes;
  }

  /** As {@link bytes}, not read yet. */
  data(range: Range): Source {
    if (range.at + range.length > this.#image.size) throw damaged('truncated', 'The image ends inside a file.');
    return this.#image.slice(range);
  }

  /** Bytes of the whole image. */
  get size(): number {
    return this.#image.size;
  }

  /** The root's own record says whether there are system use fields, and after how many other bytes. */
  async #findSkip(): Promise<number | undefined> {
    const block = await this.bytes({ at: this.primary.extent * BLOCK, length: BLOCK });
    const self = readRecord(block, 0);
    if (!self) return undefined;
    const sp = (await useFields(this, self.systemUse)).find(({ signature }) => signature === 'SP');
    const isMarked = sp && SUSP_MAGIC.every((byte, i) => sp.data[i] === byte);
    return isMarked ? (sp.data[2] ?? 0) : undefined;
  }
}

function isJoliet(escapes: Uint8Array): boolean {
  return JOLIET.every((byte, i) => escapes[i] === byte) && JOLIET_LEVELS.includes(escapes[2]!);
}

/** An error of the image. */
export function damaged(what: string, message: string): InvalidImageError {
  return new InvalidImageError(`iso9660.${what}`, message);
}
