// A description costs work in proportion to its size, whatever is in it: twice the input, about twice the blocks that run.
import { afterAll, describe, expect, test } from 'vitest';
import { InvalidInputError } from '../../../../src/errors.js';
import { readDescription } from '../../../../src/live/description/index.js';
import { readImage } from '../../../../src/live/description/read-description.js';
import { parseToml } from '../../../../src/live/description/toml.js';
import { parseXml } from '../../../../src/live/description/xml.js';
import { parseYaml } from '../../../../src/live/description/yaml.js';
import { countWork } from '../../../support/work.js';

const work = countWork(/\/(yaml|saxes|toml-eslint-parser)\/|\/live\//);
afterAll(() => work.stop());
const SMALL = 15_000;

/** Repeats `piece` until the text has that many characters. */
const filled = (start: string, piece: (i: number) => string, length: number, end = '') => {
  const parts = [start];
  for (let size = start.length, i = 0; size < length; i++) size += parts[parts.push(piece(i)) - 1]!.length;
  return parts.join('') + end;
};

/** How much more work an input of four times the size is. */
function growth(act: (length: number) => unknown): number {
  const small = work.of(() => act(SMALL));
  expect(small).toBeGreaterThan(0);
  return work.of(() => act(4 * SMALL)) / small;
}

describe.each<[string, (length: number) => string]>([
  ['keys of one mapping', (length) => filled('image:\n', (i) => ` k${i}:\n`, length)],
  ['keys between braces', (length) => filled('image: {', (i) => `k${i}: a, `, length, '}')],
  ['equal keys', (length) => filled('image:\n', () => ' k:\n', length)],
  ['items', (length) => filled('image:\n', () => '- b\n', length)],
  ['commas', (length) => filled('image: [', () => ',', length, ']')],
  ['quotation marks', (length) => '"'.repeat(length)],
  ['closing brackets', (length) => ']'.repeat(length)],
  ['opening brackets', (length) => '['.repeat(length)],
  ['dashes on one line', (length) => '- '.repeat(length / 2)],
  ['question marks on one line', (length) => '? '.repeat(length / 2)],
  ['colons on one line', (length) => 'a: '.repeat(length / 3)],
  ['anchors on one node', (length) => '&a '.repeat(length / 3)],
  ['tags on one node', (length) => '!a '.repeat(length / 3)],
  ['anchors and aliases', (length) => filled('image:\n', (i) => ` - &a${i} x\n - *a${i}\n`, length)],
  ['escapes that are none', (length) => filled('', () => 'a: "\\q"\n', length)],
  ['tabs as indentation', (length) => filled('', () => '\t- a\n', length)],
  ['comments', (length) => filled('image:\n', () => '  # c\n', length, '  a: b\n')],
  ['lines of a block', (length) => filled('image: |\n', () => ' y\n', length)],
])('YAML of many %s', (_, text) => {
  test('grows in proportion', () => {
    expect(growth((length) => parseYaml(text(length), 'f'))).toBeLessThan(6);
  });
});

describe.each<[string, (length: number) => string]>([
  ['elements', (length) => filled('<image>', () => '<a/>', length, '</image>')],
  ['attributes', (length) => filled('<image ', (i) => `a${i}="b" `, length, '/>')],
  ['references', (length) => filled('<image a="', () => '&amp;', length, '"/>')],
  ['sections of text', (length) => filled('<image>', () => '<![CDATA[x]]>', length, '</image>')],
  ['comments', (length) => filled('<image>', () => '<!-- -->', length, '</image>')],
  ['less-than signs', (length) => `<image ${'<'.repeat(length)}`],
  ['letters of a name', (length) => `<${'a'.repeat(length)}/>`],
])('XML of many %s', (_, text) => {
  test('grows in proportion', () => {
    expect(growth((length) => parseXml(text(length), 'f'))).toBeLessThan(6);
  });
});

describe.each<[string, (length: number) => string]>([
  ['keys', (length) => filled('[image]\n', (i) => `k${i} = 1\n`, length)],
  ['equal keys', (length) => filled('', () => 'image = 1\n', length)],
  ['tables', (length) => filled('', (i) => `[image.a${i}]\n`, length)],
  ['tables of one array', (length) => filled('', () => '[[image.a]]\nb = 1\n', length)],
  ['items', (length) => filled('image.a = [', () => '1, ', length, ']')],
  ['inline tables', (length) => filled('image.a = [', () => '{ "@n" = "x" }, ', length, ']')],
  ['parts of a key', (length) => filled('image', () => '.a', length, ' = 1')],
  ['quotation marks', (length) => '"'.repeat(length)],
  ['closing brackets', (length) => ']'.repeat(length)],
  ['escapes', (length) => filled('image = "', () => '\\u0041', length, '"')],
  ['comments', (length) => filled('', () => '# c\n', length, 'image = 1')],
])('TOML of many %s', (_, text) => {
  test('grows in proportion', () => {
    const parse = (length: number) => {
      try {
        return parseToml(text(length), 'f');
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidInputError);
        return undefined;
      }
    };
    expect(growth(parse)).toBeLessThan(6);
  });
});

const described = (inside: string) =>
  `<image schemaversion="8.0" name="small"><preferences><version>1.0.0</version><type image="iso"/></preferences>${inside}</image>`;
const names = (length: number, more: (i: number) => string) => filled('', more, length);

describe.each<[string, (length: number) => string, string?]>([
  ['packages', (length) => `<packages type="image">${names(length, (i) => `<package name="p${i}"/>`)}</packages>`],
  ['package lists', (length) => names(length, () => '<packages type="image"/>')],
  ['profiles', (length) => `<profiles>${names(length, (i) => `<profile name="p${i}" description="d"/>`)}</profiles>`],
  [
    'profiles of which each requires the next',
    (length) => {
      const count = Math.floor(length / 90);
      const list = Array.from(
        { length: count },
        (__, i) => `<profile name="p${i}" description="d"><requires profile="p${i + 1}"/></profile>`,
      );
      return `<profiles>${list.join('')}<profile name="p${count}" description="d"/></profiles>`;
    },
    'p0',
  ],
  [
    'selected profiles, and sections for many of them',
    (length) => {
      const count = Math.floor(length / 200);
      const list = Array.from(
        { length: count },
        (__, i) => `<profile name="p${i}" description="d"><requires profile="p${(i + 1) % count}"/></profile>`,
      );
      const section = `<packages type="image" profiles="${Array.from({ length: 4 * count }, () => 'zz').join(',')}"/>`;
      return `<profiles>${list.join('')}<profile name="zz" description="d"/></profiles>${section.repeat(4)}`;
    },
    'p0',
  ],
  ['repositories', (length) => names(length, () => '<repository><source path="obs://x"/></repository>')],
])('a description with many %s', (_, inside, profile) => {
  test('grows in proportion', () => {
    const request = { architecture: 'x86_64', profiles: profile === undefined ? [] : [profile] };
    expect(growth((length) => readDescription(described(inside(length)), 'f', request))).toBeLessThan(6);
  });
});

/** Mappings with ten aliases each of the one before. */
function multiplied(levels: number, key = 'k'): string {
  const lines = Array.from({ length: levels }, (_, i) => {
    const aliases = Array(10).fill(`*a${i}`);
    return `  a${i + 1}: &a${i + 1} {${key}: [${aliases.join()}]}\n`;
  });
  return `image:\n  a0: &a0 {a: b, c: d}\n${lines.join('')}`;
}

test('profiles may require each other in a chain of any length', () => {
  const list = Array.from(
    { length: 20_000 },
    (_, i) => `<profile name="p${i}" description="d"><requires profile="p${(i + 1) % 20_000}"/></profile>`,
  );
  const text = described(`<profiles>${list.join('')}</profiles>`);
  const { profiles } = readDescription(text, 'f', { architecture: 'x86_64', profiles: ['p0'] });
  expect([profiles.length, profiles[0], profiles.at(-1)]).toEqual([20_000, 'p0', 'p19999']);
});

test('YAML that is too deep for the stack of its parser is called deep', () => {
  const text = Array.from({ length: 1300 }, (_, i) => `${' '.repeat(i)}a:\n`).join('');
  expect(() => parseYaml(text, 'f')).toThrow('Collections are nested more than 64 deep.');
});

test.each([
  ['of more characters than a description has', `image: "${'x'.repeat(1 << 20)}"`],
  ['deep in brackets', `image: ${'['.repeat(100)}${']'.repeat(100)}`],
  ['deep in dashes', `image:\n${'- '.repeat(100)}x`],
  ['deep by indentation', Array.from({ length: 100 }, (_, i) => `${' '.repeat(i)}a:\n`).join('')],
  ['of aliases that multiply', multiplied(8)],
  ['of an alias of itself', 'image:\n  a: &x [*x]\n'],
  ['of an alias of what it is part of', 'image: &x\n  a:\n    b: *x\n'],
  ['of merges that multiply', multiplied(8, '<<')],
  [
    'of long texts under many aliases',
    `image:\n  a: &a "${'x'.repeat(500_000)}"\n${'  b: [*a, *a]\n'.repeat(1)}`.replace(
      '*a, *a',
      Array(60_000).fill('*a').join(),
    ),
  ],
])('YAML %s is refused with its place', (_, text) => {
  expect(() => readImage(parseYaml(text, 'f'), { architecture: 'x86_64' })).toThrow(
    expect.objectContaining({
      code: 'description.yaml',
      place: expect.objectContaining({ path: 'f', line: expect.any(Number) }),
    }),
  );
});
