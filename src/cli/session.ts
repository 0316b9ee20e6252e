// The state of one invocation of the command: progress, messages, the run with its abort signal, and the report at the end.

import { availableParallelism } from 'node:os';
import { AbortedError } from '../errors.js';
import type { Progress, Run } from '../io/index.js';
import type { Loss } from '../tree/index.js';
import { heapWatch } from './large-heap.js';
import { jsonData, textLines } from './output/plain-data.js';
import { type ProgressStyle, type ProgressView, progressView } from './output/progress.js';
import { type ReportName, reportText } from './output/report.js';
import { terminalText } from './output/terminal-text.js';
import { type OutputUse, reportStream, useStandardOutput } from './standard-streams.js';
import { showEntries } from './units.js';

/** The options that shape the output of every command. */
export interface SessionOptions {
  readonly progress?: 'auto' | ProgressStyle;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly jobs?: number;
}

export interface Session {
  readonly run: Run;
  readonly quiet: boolean;
  /** A remark for people. One about what is not `lost` for certain is a detail. */
  note(text: string, lost?: boolean): void;
  /** Detail that only --verbose shows. */
  detail(text: string): void;
  /** A failure of one of several things that are done; --quiet does not hide it. */
  failure(text: string): void;
  /** Losses of a format, one line per kind. */
  losses(losses: readonly Loss[]): void;
  /** The result: text lines, or with --json the data under the name of the report. */
  result(report: ReportName, data: object, text?: readonly string[]): void;
  now(): number;
  close(): void;
}

/** Opens a session; `use` says what standard output is for. */
export function openSession(options: SessionOptions, use: OutputUse = 'report'): Session {
  useStandardOutput(use);
  const controller = new AbortController();
  const stopListening = abortOnSignals(controller);
  const quiet = options.quiet ?? false;
  const now = () => performance.now();
  const view = progressView(progressStyle(options), { stream: process.stderr, now });
  const isJson = options.progress === 'json';
  const say = (event: 'note' | 'detail' | 'loss', text: string, data?: object) => {
    view.finish();
    process.stderr.write(
      `${isJson ? JSON.stringify({ event, ...(data ?? { message: text }) }) : terminalText(text)}\n`,
    );
  };
  return {
    run: runOf(options, controller.signal, view),
    quiet,
    note: (text, lost = true) => {
      if (lost ? !quiet : options.verbose) say('note', `note: ${text}`, { message: text });
    },
    detail: (text) => {
      if (options.verbose) say('detail', text);
    },
    failure: (text) => say('note', text, { message: text }),
    losses: (losses) => {
      for (const { code, message, count, examples } of losses) {
        const where = examples.join(', ') + (count > examples.length ? ', …' : '');
        const text = `loss: ${message} ${showEntries(count)}: ${where} [${code}]`;
        say('loss', text, { code, message, count, examples });
      }
    },
    result: (report, data, text) => {
      view.finish();
      const stream = reportStream();
      if (options.json) stream.write(reportText(report, data, isJson && stream === process.stderr));
      else if (!quiet) for (const line of text ?? textLines(jsonData(data))) stream.write(`${terminalText(line)}\n`);
    },
    now,
    close: () => {
      view.finish();
      stopListening();
    },
  };
}

function runOf(options: SessionOptions, signal: AbortSignal, view: ProgressView): Run {
  const watchHeap = heapWatch();
  const report = (progress: Progress) => {
    watchHeap(progress);
    view.report(progress);
  };
  return { jobs: options.jobs ?? availableParallelism(), signal, report };
}

function progressStyle(options: SessionOptions): ProgressStyle {
  const asked = options.progress ?? 'auto';
  if (asked !== 'auto') return asked;
  if (options.quiet) return 'none';
  return process.stderr.isTTY ? 'bar' : 'plain';
}

/** The first signal aborts cleanly and leaves nothing behind; a second one ends the process at once. */
function abortOnSignals(controller: AbortController): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(signal === 'SIGTERM' ? 143 : 130);
    controller.abort(new AbortedError(signal));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  return () => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, onSignal);
  };
}
