// Durations of the steps of a build. The clock comes from the caller.

/** One step: when it began, counted from the start of the build, and its duration. Steps may overlap. */
export interface Step {
  readonly name: string;
  readonly start: number;
  readonly seconds: number;
}

export class Stopwatch {
  readonly steps: Step[] = [];
  readonly #now: () => number;
  readonly #begin: number;

  /** `now` gives milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#begin = now();
  }

  /** Runs one step and records its duration, even if it fails. Steps are in the order in which they began. */
  async time<T>(name: string, work: () => T | Promise<T>): Promise<T> {
    const start = this.#now();
    try {
      return await work();
    } finally {
      const step = { name, start: seconds(start - this.#begin), seconds: seconds(this.#now() - start) };
      const later = this.steps.findIndex((other) => other.start > step.start);
      this.steps.splice(later < 0 ? this.steps.length : later, 0, step);
    }
  }
}

function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
