// Reading options of other programs by tables: words, joined letters, attached values, and words of the caller's own.
import { describe, expect, test } from 'vitest';
import { type Message, option, UnsupportedError, UsageError, wording } from '../../../src/errors.js';
import {
  ALWAYS,
  binarySize,
  checkSpelled,
  type ForeignProgram,
  readWords,
  refuseOptions,
  refuseRest,
  wholeNumber,
} from '../../../src/options/index.js';

interface Draft {
  readonly seen: (string | number)[];
}

const WORDS: ForeignProgram<Draft> = {
  name: 'tool',
  code: 'tool.option',
  style: 'words',
  table: {
    '-number|-n N': ({ seen }, value) => seen.push(wholeNumber(value, 1, 9)),
    '-s SIZE': ({ seen }, value) => seen.push(binarySize(value)),
    '-v': ({ seen }) => seen.push('v'),
    '-q|-quiet': ALWAYS,
    '-old FILE': 'Use something new.',
    '-e PATHS…': ({ seen }, value) => seen.push(value),
  },
};
const LETTERS: ForeignProgram<Draft> = { ...WORDS, style: 'getopt' };

function read(program: ForeignProgram<Draft>, text: string, own?: (word: string) => number) {
  const draft: Draft = { seen: [] };
  return { ...readWords(program, text.split(' '), draft, own), seen: draft.seen };
}

describe('words', () => {
  test('are options by every name, operands and unknown words stay in order', () => {
    expect(read(WORDS, 'a -number 3 -n 4 b -quiet -s 2K --force -v')).toEqual({
      seen: [3, 4, 2048, 'v'],
      rest: ['a', 'b', '--force'],
      refused: [],
      understood: ['-number', '-n', '-quiet', '-s', '-v'],
      spelled: new Map(),
    });
  });
  test('the last option may take all that follows, options too', () => {
    expect(read(WORDS, 'a -e x -v y')).toMatchObject({ seen: ['x', '-v', 'y'], rest: ['a'] });
  });
  test('letters are not split', () => {
    expect(read(WORDS, '-vv').rest).toEqual(['-vv']);
  });
});

describe('letters', () => {
  test('may be joined, and values attached', () => {
    expect(read(LETTERS, '-vqn5 -s2k -n 6 a')).toMatchObject({ seen: ['v', 5, 2048, 6], rest: ['a'] });
  });
  test('a group with a letter that is not known is left whole', () => {
    expect(read(LETTERS, '-vx -v')).toMatchObject({ seen: ['v'], rest: ['-vx'] });
  });
});

test("the caller's own words come first, with their values", () => {
  const own = (word: string) => (word === '-v' ? 1 : word === '-s' ? 2 : 0);
  expect(read(WORDS, '-v -s -n -n 2', own)).toMatchObject({ seen: [2], rest: ['-v', '-s', '-n'] });
});

test('a value that is refused is named as it was spelled', () => {
  const program: ForeignProgram<{ choices: { size?: number } }> = {
    ...{ name: 'tool', code: 'tool.option', style: 'getopt' },
    table: {
      '-s SIZE': ({ choices }, value) => {
        choices.size = binarySize(value);
      },
    },
    choices: ({ choices }) => choices,
  };
  const draft = { choices: {} };
  const { spelled } = readWords(program, ['-s', '3'], draft);
  expect(spelled).toEqual(new Map([['size', '-s']]));
  const refuse = (message: Message, about: string) => () =>
    checkSpelled(program, spelled, () => {
      throw new UsageError('x.y', message, { option: about });
    });
  expect(refuse(wording`${option('size')} must be 4.`, 'size')).toThrow('-s of tool must be 4.');
  expect(refuse('Sizes of 3 do not exist.', 'size')).toThrow('-s of tool: Sizes of 3 do not exist.');
  expect(refuse('Other things do not exist.', 'other')).toThrow(/^Other/);
});

test('refused options and unknown words are named, bad values are explained', () => {
  const { refused, rest } = read(WORDS, '-old file x');
  expect(rest).toEqual(['x']);
  expect(() => refuseOptions(WORDS, refused)).toThrow(UnsupportedError);
  expect(() => refuseOptions(WORDS, refused)).toThrow(expect.objectContaining({ hint: 'Use something new.' }));
  expect(() => refuseRest(WORDS, rest)).toThrow('"x" is not an option of tool.');
  for (const [text, message] of [
    ['-n 10', '-n of tool must be a whole number from 1 to 9, not "10".'],
    ['-s big', '-s of tool must be a size'],
    ['-s 99999999T', '-s of tool must be a size'],
    ['-number', '-number of tool needs a value: N.'],
  ] as const) {
    expect(() => read(WORDS, text)).toThrow(message);
    expect(() => read(WORDS, text)).toThrow(UsageError);
  }
});
