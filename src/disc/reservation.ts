// Values that areas refer to before they are decided: an area is emitted when everything has its place.

import { InternalError } from '../errors.js';

/** A value that is settled once, while areas are placed, and read when they are emitted. */
export class Reservation<T> {
  readonly #what: string;
  #settled: { readonly value: T } | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  settle(value: T): void {
    if (this.#settled) throw new InternalError('internal.reservation', `The ${this.#what} is settled twice.`);
    this.#settled = { value };
  }

  get value(): T {
    if (!this.#settled) throw new InternalError('internal.reservation', `The ${this.#what} is not settled yet.`);
    return this.#settled.value;
  }
}
