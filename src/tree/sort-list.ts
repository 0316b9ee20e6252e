// The sort file of mksquashfs: one path and its priority per line.

import { type ByteString, displayText, trimBlanks, withoutUnescapedEnd } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';

/** A path of the tree, `usr/bin` or `/usr/bin`; a directory means everything below it. */
export interface SortRule {
  readonly path: ByteString;
  /** −32768…32767; the higher ones come first, the default is 0. */
  readonly priority: number;
}

/** The lowest priority. */
export const LOWEST = -32_768;
const HIGHEST = 32_767;

/**
 * Reads a sort file: on each line a path, blanks, a whole number. A backslash keeps the next character as it is, so that
 * a path can have blanks; lines that are empty or start with `#` count for nothing. Throws {@link InvalidInputError}
 * `tree.sort-line` with the line.
 */
export function readSortList(text: ByteString): SortRule[] {
  return text.split('\n').flatMap((whole, index) => {
    const line = trimBlanks(whole as ByteString);
    if (line === '' || line.startsWith('#')) return [];
    const number = /[ \t]([-+]?\d{1,5})$/.exec(line);
    const before = line.slice(0, (number?.index ?? 0) + 1);
    const path = withoutUnescapedEnd(before, ' \t');
    const priority = Number(number?.[1]);
    // If nothing was cut off, the only blank is escaped and belongs to the path.
    const isRule = path !== '' && path !== before;
    if (!isRule || !(priority >= LOWEST && priority <= HIGHEST)) {
      const shown = displayText(line as ByteString);
      throw new InvalidInputError('tree.sort-line', `"${shown}" is not a path and a priority.`, {
        line: index + 1,
        hint: `Give a path and a whole number from ${LOWEST} to ${HIGHEST}.`,
      });
    }
    return [{ path: path.replace(/\\(.)/g, '$1') as ByteString, priority }];
  });
}
