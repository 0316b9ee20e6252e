// Progress on standard error: a bar on a terminal, plain lines in a log, JSON lines on request.

import type { Progress } from '../../index.js';
import { showBytes } from '../units.js';

export type ProgressStyle = 'bar' | 'plain' | 'json' | 'none';

export interface ProgressView {
  report(progress: Progress): void;
  /** Ends the line on which the bar stands. */
  finish(): void;
}

/** Where progress goes and what time it is. */
export interface ProgressOutput {
  readonly stream: { write(text: string): unknown; readonly columns?: number };
  now(): number;
}

const BAR_INTERVAL = 100;
const LINE_INTERVAL = 5_000;

export function progressView(style: ProgressStyle, output: ProgressOutput): ProgressView {
  if (style === 'none') return { report: () => {}, finish: () => {} };
  if (style === 'bar') return barView(output);
  const line = style === 'json' ? (p: Progress) => JSON.stringify(p) : plainLine;
  return lineView(line, style === 'json' ? BAR_INTERVAL : LINE_INTERVAL, output);
}

/** One line when a step begins, one per interval while it lasts, one when its total is reached. */
function lineView(render: (p: Progress) => string, interval: number, { stream, now }: ProgressOutput): ProgressView {
  let step = '';
  let shownAt = 0;
  let finished = false;
  return {
    report: (progress) => {
      const complete = progress.total !== undefined && progress.done >= progress.total;
      const begins = progress.step !== step;
      if (begins) finished = false;
      if (!begins && !(complete && !finished) && now() - shownAt < interval) return;
      step = progress.step;
      shownAt = now();
      finished = complete;
      stream.write(`${render(progress)}\n`);
    },
    finish: () => {},
  };
}

function barView({ stream, now }: ProgressOutput): ProgressView {
  let step = '';
  let shownAt = 0;
  let dirty = false;
  let last: Progress | undefined;
  const show = (progress: Progress) => {
    const text = barLine(progress, stream.columns ?? 80);
    stream.write(`\r${text}\u001b[K`);
    dirty = true;
    shownAt = now();
  };
  const finish = () => {
    if (last) show(last);
    if (dirty) stream.write('\n');
    dirty = false;
    last = undefined;
  };
  return {
    report: (progress) => {
      if (progress.step !== step) {
        finish();
        step = progress.step;
        shownAt = 0;
      }
      last = progress;
      if (now() - shownAt >= BAR_INTERVAL) show(progress);
    },
    finish,
  };
}

function plainLine(progress: Progress): string {
  return `${progress.step}: ${amounts(progress)}`;
}

function barLine(progress: Progress, columns: number): string {
  const label = `${progress.step} `;
  const text = amounts(progress);
  const width = Math.min(40, columns - label.length - text.length - 4);
  if (progress.total === undefined || progress.total === 0 || width < 8) return `${label}${text}`;
  const filled = Math.round((Math.min(progress.done, progress.total) / progress.total) * width);
  return `${label}[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${text}`;
}

function amounts({ done, total, unit }: Progress): string {
  const show = (value: number) => (unit === 'bytes' ? showBytes(value) : `${value}`);
  const suffix = unit === 'entries' ? ' entries' : '';
  if (total === undefined || total === 0) return `${show(done)}${suffix}`;
  return `${Math.floor((done / total) * 100)} % of ${show(total)}${suffix}`;
}
