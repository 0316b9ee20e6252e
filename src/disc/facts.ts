// What is known of a disc while it is emitted. Places of open files and everything behind them are known at the end only.

import { InternalError } from '../errors.js';
import type { FilePlace } from '../format/iso9660/index.js';
import type { Content, Piece } from '../io/index.js';
import type { File } from '../tree/index.js';
import type { FilePlaces } from './file-places.js';

/** Blocks that follow the payload. */
export interface Tail {
  readonly espBlocks: number;
  /** Everything behind the ESP: second anchor of UDF, backup GPT. */
  readonly endBlocks: number;
}

/** One emission's knowledge; every emission starts with its own. */
export class DiscFacts {
  readonly #exact: FilePlaces;
  readonly #open = new Map<File<Content>, FilePlace>();
  #openBytes = 0;
  readonly #tail: Tail;
  #payloadEnd: number | undefined;

  constructor(exact: FilePlaces, tail: Tail, payloadEnd: number | undefined) {
    this.#exact = exact;
    this.#tail = tail;
    this.#payloadEnd = payloadEnd;
  }

  /** Block behind the last file and the padding, where the appended partition starts. */
  get payloadEnd(): number {
    if (this.#payloadEnd === undefined)
      throw new InternalError('internal.too-early', 'The end of the payload is not known yet.');
    return this.#payloadEnd;
  }

  get imageBlocks(): number {
    return this.payloadEnd + this.#tail.espBlocks + this.#tail.endBlocks;
  }

  get espBlocks(): number {
    return this.#tail.espBlocks;
  }

  /** Bytes of the open files; complete when the payload has ended. */
  get openBytes(): number {
    return this.#openBytes;
  }

  place(node: File<Content>): FilePlace {
    const place = this.#exact.get(node) ?? this.#open.get(node);
    if (!place) throw new InternalError('internal.too-early', 'The place of a file is not known yet.');
    return place;
  }

  /** Called when the last byte of an open file has been produced. */
  learn(node: File<Content>, place: FilePlace): void {
    this.#open.set(node, place);
    this.#openBytes += place.size;
  }

  /** Called when the payload has ended. */
  settle(payloadEnd: number): void {
    this.#payloadEnd = payloadEnd;
  }

  /** `length` bytes that need the end of the payload: now if it is known, else as a backpatch. */
  late(length: number, render: () => Uint8Array): Piece {
    return this.#payloadEnd === undefined ? { length, render } : render();
  }
}
