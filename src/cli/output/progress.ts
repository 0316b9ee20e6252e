// Progress on standard error: a bar on a terminal, plain lines in a log, JSON lines on request.

import type { Progress } from '../../io/index.js';
import { showBytes, showEntries } from '../units.js';

export type ProgressStyle = 'bar' | 'plain' | 'json' | 'none';

export interface ProgressView {
  report(progress: Progress): void;
  /** Ends the line of the bar. */
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
  const line = style === 'json' ? (p: Progress) => JSON.stringify({ event: 'progress', ...p }) : plainLine;
  return lineView(line, style === 'json' ? BAR_INTERVAL : LINE_INTERVAL, output);
}

/** Per step: one line when it begins, one per interval while it lasts, one when its total is reached. Steps may overlap. */
function lineView(render: (p: Progress) => string, interval: number, { stream, now }: ProgressOutput): ProgressView {
  const steps = new Map<string, { shownAt: number; complete: boolean }>();
  return {
    report: (progress) => {
      const complete = isComplete(progress);
      const known = steps.get(progress.step);
      const completes = complete && !known?.complete;
      if (known && !completes && now() - known.shownAt < interval) return;
      if (known?.complete && complete) return;
      steps.set(progress.step, { shownAt: now(), complete });
      stream.write(`${render(progress)}\n`);
    },
    finish: () => {},
  };
}

function barView({ stream, now }: ProgressOutput): ProgressView {
  let shownAt = 0;
  let current: Progress | undefined;
  const show = (progress: Progress) => {
    stream.write(`\r${barLine(progress, stream.columns ?? 80)}\u001b[K`);
    shownAt = now();
  };
  const finish = () => {
    if (!current) return;
    show(current);
    stream.write('\n');
    current = undefined;
  };
  return {
    report: (progress) => {
      if (current && current.step !== progress.step) {
        // Of steps that overlap the bar shows the one that knows its end.
        if (progress.total === undefined && current.total !== undefined && !isComplete(current)) return;
        finish();
        shownAt = 0;
      }
      current = progress;
      if (now() - shownAt >= BAR_INTERVAL) show(progress);
    },
    finish,
  };
}

function isComplete({ done, total }: Progress): boolean {
  return total !== undefined && done >= total;
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
  const show = { bytes: showBytes, entries: showEntries, steps: String }[unit];
  if (total === undefined || total === 0) return show(done);
  return `${Math.floor((done / total) * 100)} % of ${show(total)}`;
}
