// The states of the files of one run, in flat memory: a file is asked for its state only if that may have changed,
// and there may be millions.

import { type ExactContent, type FileState, fileStateOf, STATE, statesOf } from '../io/index.js';

const CHANGED = 32;
/** In place of an offset: the content is not a whole file of the device. */
const NO_STATE = -1;

/** States as the file system last gave them. */
export class FileStates {
  readonly #device: bigint;
  readonly #offsets = new Map<ExactContent, number>();
  #bytes: Buffer = Buffer.alloc(256 * STATE);
  #end = 0;

  /** Only files of this device have a state. */
  constructor(device: bigint) {
    this.#device = device;
  }

  /** States, at the offsets of {@link offsetOf}; replaced when it becomes larger. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Asks for the states of many files with few calls, of those that can be asked for like this and are not known yet. */
  async ask(contents: readonly ExactContent[]): Promise<void> {
    const unknown = contents.filter((content) => !this.#offsets.has(content));
    for await (const { content, state } of statesOf(unknown)) {
      // Whether it is on another device, or not there any more, is found out when its state is needed.
      if (BigInt.asIntN(64, state.readBigUInt64LE(0)) !== BigInt.asIntN(64, this.#device)) continue;
      this.#offsets.set(content, this.#end);
      this.#makeRoom(this.#end);
      state.copy(this.#bytes, this.#end);
      this.#end += STATE;
    }
  }

  /** The offset of the state of a file, as it is known; undefined if it has none. */
  offsetOf(content: ExactContent): number | undefined {
    return this.#offsets.has(content) ? this.#known(content) : this.newOffsetOf(content);
  }

  /** The offset of the state of a file, as it is now. */
  newOffsetOf(content: ExactContent): number | undefined {
    const state = fileStateOf(content);
    const isOurs = state?.device === this.#device;
    const at = this.#known(content) ?? this.#end;
    this.#offsets.set(content, isOurs ? at : NO_STATE);
    if (!isOurs) return undefined;
    this.#put(at, state);
    return at;
  }

  /** When the file whose state is at the offset was last changed, in nanoseconds since 1970. */
  changedAt(offset: number): bigint {
    return this.#bytes.readBigInt64LE(offset + CHANGED);
  }

  #known(content: ExactContent): number | undefined {
    const known = this.#offsets.get(content);
    return known === NO_STATE ? undefined : known;
  }

  #makeRoom(at: number): void {
    if (at === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(at)]);
  }

  #put(at: number, { device, inode, size, modified, changed }: FileState): void {
    this.#makeRoom(at);
    for (const [i, value] of [device, inode, size, modified, changed].entries()) {
      this.#bytes.writeBigUInt64LE(BigInt.asUintN(64, value), at + i * 8);
    }
    if (at === this.#end) this.#end += STATE;
  }
}
