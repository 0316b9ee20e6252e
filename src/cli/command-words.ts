// A command in one argument, such as `gpg --armor --detach-sign`: split into words here, because no shell reads it.

import { InvalidArgumentError } from 'commander';

/** Text in single quotes, text in double quotes with escapes, an escaped character, or other text. */
const PART = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|([^\s'"\\]+)/sy;

/**
 * The words, separated by blanks. Single quotes keep everything; double quotes keep everything but a backslash, which keeps the character
 * after it, as it does outside of quotes. Nothing else has a meaning: neither `$`, `*`, `~` nor `;`. Throws commander's error for an
 * open quote, and if there are no words.
 */
export function parseCommandWords(text: string): readonly string[] {
  const words: string[] = [];
  let at = 0;
  let inWord = false;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      inWord = false;
      at++;
      continue;
    }
    PART.lastIndex = at;
    const found = PART.exec(text);
    if (!found) throw new InvalidArgumentError('A quote is not closed, or nothing follows the last backslash.');
    const [whole, single, double, escaped, plain] = found;
    const part = single ?? double?.replace(/\\(.)/gs, '$1') ?? escaped ?? plain!;
    if (inWord) words.push(`${words.pop()}${part}`);
    else words.push(part);
    inWord = true;
    at += whole.length;
  }
  if (words.length === 0 || words[0] === '') throw new InvalidArgumentError('Name a program.');
  return words;
}
