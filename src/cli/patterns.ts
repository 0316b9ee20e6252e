// Patterns on the command line and in files that it names; docs/patterns.md describes the language.

import { InvalidArgumentError } from 'commander';
import { type ByteString, byteStringOf, withoutUnescapedEnd } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { parsePattern } from '../tree/option-values.js';
import { argumentBytes } from './argument-bytes.js';
import { readInput } from './input.js';

/** The value of an option. Throws commander's error for an unusable pattern. */
export function parsePatternOption(text: string): ByteString {
  const pattern = argumentBytes(text);
  try {
    parsePattern(pattern);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidArgumentError(`${error.message} ${error.hint ?? ''}`.trim());
  }
  return pattern;
}

/** The value of an option that may be given again. */
export function collectPattern(text: string, earlier: readonly ByteString[]): ByteString[] {
  return [...earlier, parsePatternOption(text)];
}

/**
 * The patterns of a file, one per line. Blanks at both ends of a line are dropped, except one after a backslash; empty lines
 * and those that start with `#` are skipped. Throws {@link InvalidInputError} `tree.bad-pattern` with the line.
 */
export function readPatterns(path: string): ByteString[] {
  const lines = byteStringOf(readInput(path)).split('\n');
  return lines.flatMap((whole, index) => {
    const line = trimmed(whole);
    if (line === '' || line.startsWith('#')) return [];
    try {
      parsePattern(line);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      const { code, message, hint } = error;
      throw new InvalidInputError(code, message, { path, line: index + 1, hint });
    }
    return [line];
  });
}

/** Without blanks at the ends; an escaped one stays. */
export function trimmed(line: string): ByteString {
  return withoutUnescapedEnd(line, ' \t\r\f\v').replace(/^[ \t\r\f\v]+/, '') as ByteString;
}
