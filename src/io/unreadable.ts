// Content with a known size that cannot be read: the fault of one file, which must not make the whole image unreadable.

import { type Data, type ExactContent, NO_HOLES, type Range, type Run, type Source } from './content.js';
import { checkRange } from './memory.js';

/** `size` bytes, any of which throws its fault when it is read. */
export class UnreadableContent implements Source {
  readonly holes: readonly Range[] = NO_HOLES;

  /** `fault` makes the error when somebody wants it: damaged images have many. */
  constructor(
    readonly size: number,
    readonly makeFault: () => Error,
  ) {}

  get fault(): Error {
    return this.makeFault();
  }

  // biome-ignore lint/correctness/useYield: there is nothing to yield
  async *pieces(_run: Run): AsyncGenerator<Data> {
    throw this.fault;
  }

  async read(): Promise<void> {
    throw this.fault;
  }

  slice(range: Range): Source {
    checkRange(range, this.size);
    return new UnreadableContent(range.length, this.makeFault);
  }
}

/** Why content cannot be read; undefined for content that can, as far as is known. */
export function faultOfContent(content: ExactContent): Error | undefined {
  return content instanceof UnreadableContent ? content.fault : undefined;
}
