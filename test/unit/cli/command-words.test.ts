// The words of a command in one argument, for which no shell is started.
import { expect, test } from 'vitest';
import { parseCommandWords } from '../../../src/cli/command-words.js';

test.each([
  ['gpg --armor --detach-sign', ['gpg', '--armor', '--detach-sign']],
  [`  sign  'my key'  `, ['sign', 'my key']],
  [`sign --out={}.sig "a \\"b\\" $HOME"`, ['sign', '--out={}.sig', 'a "b" $HOME']],
  [`a''b"c"\\ d`, ['abc d']],
  [`sign '' ""`, ['sign', '', '']],
  [
    'sign $(id) `id` ; rm * > x & y | z ~',
    ['sign', '$(id)', '`id`', ';', 'rm', '*', '>', 'x', '&', 'y', '|', 'z', '~'],
  ],
  [`a '\\n' "\\n"`, ['a', '\\n', 'n']],
])('%s', (text, words) => {
  expect(parseCommandWords(text)).toEqual(words);
});

test.each(['', '   ', `''`, `sign 'x`, `sign "x`, 'sign \\', 'sign "x\\"'])('%s is refused', (text) => {
  expect(() => parseCommandWords(text)).toThrow(/A quote is not closed|Name a program/);
});
