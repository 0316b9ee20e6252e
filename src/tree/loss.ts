// Metadata that a format cannot store, found while planning and reported before anything is written.

import { type ByteString, displayText } from '../bytes/index.js';

/** One kind of loss and where it happens. */
export interface Loss {
  /** Stable dotted code: `squashfs.mtime-range`. */
  readonly code: string;
  /** One sentence: what is lost or changed. */
  readonly message: string;
  /** How many entries it concerns. */
  readonly count: number;
  /** The first few of them, for people. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** Gathers losses by code, so that a million like entries make one line. */
export class LossLog {
  readonly #losses = new Map<string, { message: string; count: number; examples: string[] }>();

  add(code: string, message: string, path: ByteString): void {
    const known = this.#losses.get(code);
    const loss = known ?? { message, count: 0, examples: [] };
    if (!known) this.#losses.set(code, loss);
    loss.count++;
    if (loss.examples.length < EXAMPLES) loss.examples.push(`/${displayText(path)}`);
  }

  /** A loss of a value of the whole image, such as its label. */
  addValue(code: string, message: string, value: string): void {
    const known = this.#losses.get(code);
    if (!known) this.#losses.set(code, { message, count: 1, examples: [value] });
    else if (known.count++ < EXAMPLES) known.examples.push(value);
  }

  list(): Loss[] {
    return [...this.#losses].map(([code, loss]) => ({ code, ...loss }));
  }
}
