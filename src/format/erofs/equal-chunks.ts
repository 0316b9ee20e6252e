// Which chunks of files have the same bytes: found before an image is planned, by reading all contents once.

import { type ByteString, byteStringOf } from '../../bytes/index.js';
import {
  type Content,
  contentsAhead,
  type Data,
  digestOf,
  type ExactContent,
  isExact,
  isHole,
  isZero,
  pieceLength,
  type Run,
} from '../../io/index.js';
import { type FileTree, visitNodes } from '../../tree/index.js';

/** Number of a chunk that no other one equals. */
export const UNIQUE = 0;
/** Number of a chunk of zeros, which has no data. */
export const ZEROS = 0xffff_ffff;

/** The chunks of a tree that have the same bytes as others. */
export interface EqualChunks {
  readonly chunkSize: number;
  /** How many numbers there are. */
  readonly count: number;
  /** For each chunk of a content the number that it shares with those that equal it; undefined if all are unique. */
  numbersOf(content: ExactContent): Uint32Array | undefined;
}

/** Bytes of a digest that are kept: no two of them meet by chance. */
const DIGEST = 16;

/** Finds equal chunks of `chunkSize` bytes in the contents of a tree. Reports its step as "comparing". */
export async function findEqualChunks(tree: FileTree<Content>, chunkSize: number, run: Run): Promise<EqualChunks> {
  const contents = contentsOf(tree);
  const total = contents.reduce((sum, { size }) => sum + size, 0);
  const numbering = new Numbering(contents, chunkSize);
  let done = 0;
  for await (const parts of contentsAhead(contents, run)) {
    for (const { index, piece } of parts) {
      numbering.add(index, piece);
      done += pieceLength(piece);
    }
    run.report({ step: 'comparing', done, total, unit: 'bytes' });
  }
  return numbering.finish();
}

function contentsOf(tree: FileTree<Content>): ExactContent[] {
  const found = new Set<ExactContent>();
  visitNodes(tree, (node) => {
    if (node.kind === 'file' && isExact(node.content) && node.content.size > 0) found.add(node.content);
  });
  return [...found];
}

/** Numbers chunks by their bytes. */
class Numbering {
  readonly #contents: readonly ExactContent[];
  readonly #chunkSize: number;
  readonly #known = new Map<string, number>();
  /** How many chunks have a number. */
  readonly #uses: number[] = [0];
  readonly #numbers = new Map<ExactContent, Uint32Array>();
  readonly #chunk: Uint8Array;
  #filled = 0;
  #next = 0;

  constructor(contents: readonly ExactContent[], chunkSize: number) {
    this.#contents = contents;
    this.#chunkSize = chunkSize;
    this.#chunk = new Uint8Array(Math.min(chunkSize, Math.max(0, ...contents.map(({ size }) => size))));
  }

  /** The next bytes of a content. */
  add(index: number, piece: Data): void {
    const content = this.#contents[index]!;
    const length = pieceLength(piece);
    let numbers = this.#numbers.get(content);
    if (!numbers) {
      numbers = new Uint32Array(Math.ceil(content.size / this.#chunkSize));
      this.#numbers.set(content, numbers);
      this.#next = 0;
    }
    for (let done = 0; done < length; ) {
      const left = Math.min(this.#chunkSize, content.size - this.#next * this.#chunkSize) - this.#filled;
      const take = Math.min(left, length - done);
      if (isHole(piece)) this.#chunk.fill(0, this.#filled, this.#filled + take);
      else this.#chunk.set(piece.subarray(done, done + take), this.#filled);
      this.#filled += take;
      done += take;
      if (take < left) break;
      numbers[this.#next++] = this.#numberOf(this.#chunk.subarray(0, this.#filled));
      this.#filled = 0;
    }
  }

  finish(): EqualChunks {
    const uses = this.#uses;
    for (const [content, numbers] of this.#numbers) {
      for (let i = 0; i < numbers.length; i++) if (uses[numbers[i]!] === 1) numbers[i] = UNIQUE;
      if (numbers.every((number) => number === UNIQUE)) this.#numbers.delete(content);
    }
    const numbers = this.#numbers;
    return { chunkSize: this.#chunkSize, count: uses.length, numbersOf: (content) => numbers.get(content) };
  }

  #numberOf(bytes: Uint8Array): number {
    if (isZero(bytes)) return ZEROS;
    const key = `${byteStringOf(digestOf('sha256', bytes).subarray(0, DIGEST))}${bytes.length}` as ByteString;
    const number = this.#known.get(key) ?? this.#uses.push(0) - 1;
    this.#known.set(key, number);
    this.#uses[number]!++;
    return number;
  }
}
