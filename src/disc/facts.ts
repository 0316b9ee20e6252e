// Facts of a disc while it is emitted. The places of open files and of everything after them are known only at the end.

import { InternalError } from '../errors.js';
import type { FilePlace } from '../format/iso9660/index.js';
import { type Content, type ExactContent, isExact, type Piece } from '../io/index.js';
import type { File } from '../tree/index.js';
import type { FilePlaces } from './file-places.js';

/** Parts of a disc after its payload. */
export interface DiscEnd {
  readonly espBlocks: number;
  /** The ESP if it is a file of the tree too: the file is where the partition is. */
  readonly espFile: ExactContent | undefined;
  /** Everything after the ESP: second anchor of UDF, backup GPT. */
  readonly endBlocks: number;
}

/** One emission's knowledge; every emission starts with its own. */
export class DiscFacts {
  readonly #exact: FilePlaces;
  readonly #open = new Map<File<Content>, FilePlace>();
  #openBytes = 0;
  readonly #end: DiscEnd;
  #payloadEnd: number | undefined;

  constructor(exact: FilePlaces, end: DiscEnd, payloadEnd: number | undefined) {
    this.#exact = exact;
    this.#end = end;
    this.#payloadEnd = payloadEnd;
  }

  /** Block after the last file and the padding, where the appended partition starts. */
  get payloadEnd(): number {
    if (this.#payloadEnd === undefined)
      throw new InternalError('internal.too-early', 'The end of the payload is not known yet.');
    return this.#payloadEnd;
  }

  get imageBlocks(): number {
    return this.payloadEnd + this.#end.espBlocks + this.#end.endBlocks;
  }

  get espBlocks(): number {
    return this.#end.espBlocks;
  }

  /** Block after everything that directories show. */
  get filesEnd(): number {
    return this.payloadEnd + (this.#end.espFile ? this.#end.espBlocks : 0);
  }

  /** Whether the place of a file with this content is known at the end only. */
  isLate(content: Content): boolean {
    return !isExact(content) || (content === this.#end.espFile && this.#payloadEnd === undefined);
  }

  /** Bytes of the open files; complete when the payload has ended. */
  get openBytes(): number {
    return this.#openBytes;
  }

  place(node: File<Content>): FilePlace {
    const place = this.#exact.get(node) ?? this.#open.get(node) ?? this.#espPlace(node);
    if (!place) throw new InternalError('internal.too-early', 'The place of a file is not known yet.');
    return place;
  }

  #espPlace({ content }: File<Content>): FilePlace | undefined {
    const { espFile } = this.#end;
    return espFile && content === espFile ? { block: this.payloadEnd, size: espFile.size } : undefined;
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

  /** `length` bytes that need the end of the payload: now if it is known, otherwise as a backpatch. */
  late(length: number, render: () => Uint8Array): Piece {
    return this.#payloadEnd === undefined ? { length, render } : render();
  }
}
