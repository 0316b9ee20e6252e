// Where the data of exact files are.

import type { FilePlace } from '../format/iso9660/index.js';
import { type Content, type ExactContent, isExact } from '../io/index.js';
import type { File } from '../tree/index.js';

/**
 * Files are known by their content, which is what has a place; only those that differ on the disc
 * from what the tree has, the boot images and the catalog, are known by themselves.
 */
export class FilePlaces {
  readonly #blocks = new Map<Content, number>();
  readonly #own: Map<File<Content>, FilePlace>;

  constructor(given: ReadonlyMap<File<Content>, FilePlace>) {
    this.#own = new Map(given);
  }

  /** Undefined for open files, and for files of another disc. */
  get(node: File<Content>): FilePlace | undefined {
    const own = this.#own.get(node);
    if (own) return own;
    const { content } = node;
    const block = this.#blocks.get(content);
    return block === undefined || !isExact(content) ? undefined : { block, size: content.size };
  }

  /** Gives the content a place; false where it has one. */
  place(content: ExactContent, block: number): boolean {
    if (this.#blocks.has(content)) return false;
    this.#blocks.set(content, block);
    return true;
  }

  /** Whether the file has its own place. */
  isAlone(node: File<Content>): boolean {
    return this.#own.has(node);
  }

  /** Gives a file its own place. */
  placeAlone(node: File<Content>, place: FilePlace): void {
    this.#own.set(node, place);
  }
}
