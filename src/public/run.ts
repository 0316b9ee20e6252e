// Running work: optional for callers of the library, mandatory inside it.

import { quietRun, type Run } from '../io/index.js';

/** How work is done; no setting changes a byte of its result. */
export interface RunOptions {
  /** How many jobs may run in parallel, ≥ 1. Default 1. */
  readonly jobs?: number;
  /** Ends the work early: it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Takes each step of long work, as often as there is one. */
  readonly report?: Run['report'];
}

/** Options of everything that takes time. */
export interface WorkOptions {
  /** Default: one job, silent. */
  readonly run?: RunOptions;
}

/** A complete run. */
export function runOf({ run: { jobs = 1, signal, report } = {} }: WorkOptions): Run {
  return { ...quietRun(jobs), ...(signal && { signal }), ...(report && { report }) };
}
