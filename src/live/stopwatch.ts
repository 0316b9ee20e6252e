// How long the steps of a build take. The clock comes from the caller.

/** One step and its duration. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
}

export class Stopwatch {
  readonly steps: Step[] = [];
  readonly #now: () => number;

  /** `now` gives milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Runs one step and notes its duration, also when it fails. */
  async time<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const start = this.#now();
    try {
      return await work();
    } finally {
      this.steps.push({ name, seconds: Math.round(this.#now() - start) / 1000 });
    }
  }
}
