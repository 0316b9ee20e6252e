// Exit codes: part of the command-line contract, documented in README.

import {
  AbortedError,
  InvalidImageError,
  InvalidInputError,
  IsopressError,
  SourceError,
  TargetError,
  ToolError,
  UnsupportedError,
} from '../errors.js';

export const EXIT = {
  done: 0,
  checkFailed: 1,
  usage: 2,
  badInput: 3,
  environment: 4,
  nothingToCheck: 5,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** The exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof IsopressError && error.code.startsWith('usage.')) return EXIT.usage;
  if (error instanceof IsopressError && error.code === 'image.unknown') return EXIT.nothingToCheck;
  if (error instanceof AbortedError) return error.code === 'aborted.sigint' ? EXIT.interrupted : EXIT.terminated;
  if (error instanceof InvalidInputError || error instanceof InvalidImageError || error instanceof UnsupportedError) {
    return EXIT.badInput;
  }
  // A missing or changing source is the input's fault; one that may not be read is the environment's.
  if (error instanceof SourceError)
    return /\.(eacces|eperm|eio|emfile)$/.test(error.code) ? EXIT.environment : EXIT.badInput;
  if (error instanceof TargetError || error instanceof ToolError) return EXIT.environment;
  return EXIT.bug;
}

/** An error as lines for a person. Only a bug shows its stack. */
export function errorLines(error: unknown): string[] {
  if (!(error instanceof IsopressError) || exitCodeOf(error) === EXIT.bug) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return ['isopress: this is a bug in isopress. Please report it with the lines below.', detail];
  }
  const { path, line, column, at } = error.place;
  const position = line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`;
  const file =
    path !== undefined && (line !== undefined || !error.message.includes(path)) ? `${path}${position}: ` : '';
  const offset = at !== undefined && !error.message.includes(String(at)) ? ` (at byte ${at})` : '';
  const lines = [`isopress: ${file}${error.message}${offset} [${error.code}]`];
  if (error.hint) lines.push(`  ${error.hint}`);
  return lines;
}

/** The same as plain data, for `--json` and `--progress json`. */
export function errorData(error: unknown): Record<string, unknown> {
  if (!(error instanceof IsopressError)) return { error: 'internal', message: String(error), exitCode: EXIT.bug };
  const { code, message, place, hint } = error;
  return { error: code, message, ...place, ...(hint ? { hint } : {}), exitCode: exitCodeOf(error) };
}
