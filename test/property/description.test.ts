// Reading a description with any change ends soon, with a result or with an error of the description.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InvalidInputError, UnsupportedError } from '../../src/errors.js';
import { generations, readDescription } from '../../src/live/description/index.js';
import { readImage } from '../../src/live/description/read-description.js';
import { parseYaml } from '../../src/live/description/yaml.js';
import fc, { runs } from '../support/random.js';

/** Of processor time: far more than reading takes, far less than an attack on the parser would. */
const MOST_MILLISECONDS = 3000;

const directory = 'fixtures/descriptions';
const texts = readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')] as const);
const xml = texts.filter(([name]) => name.endsWith('.xml'));
const yaml = texts.filter(([name]) => name.endsWith('.yaml'));

const fragments = [
  ...['<', '>', '"', "'", '&', '&amp;', '&#0;', '&#x110000;', '<!--', '-->', '<![CDATA[', ']]>', '<?xml?>', '</type>'],
  ...['<type image="iso"/>', '<!DOCTYPE a>', '\u0000', '\ufeff', '\ud800', '__proto__="1"', 'constructor="1"'],
  ...['- ', ': ', '*a', '&a ', '!!js/function ', '{', '[', '? ', '|', '%YAML 9', '---', '\t', '#'],
];

type Edit = (text: string) => string;

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(...fragments)).map(
    ([at, more]): Edit =>
      (text) =>
        text.slice(0, at * text.length) + more + text.slice(at * text.length),
  ),
  fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(40)).map(
    ([at, length]): Edit =>
      (text) =>
        text.slice(0, at * text.length) + text.slice(at * text.length + length),
  ),
  fc.tuple(fc.nat(), fc.nat(), fc.nat()).map(
    ([from, to, length]): Edit =>
      (text) => {
        const slice = text.slice(from % text.length).slice(0, length % 400);
        const at = to % text.length;
        return text.slice(0, at) + slice + text.slice(at);
      },
  ),
  fc.tuple(fc.nat(), fc.stringMatching(/^[ -~]{0,12}$/)).map(
    ([which, value]): Edit =>
      (text) => {
        const values = [...text.matchAll(/"[^"]*"/g)];
        const found = values[which % Math.max(1, values.length)];
        return found ? `${text.slice(0, found.index)}"${value}"${text.slice(found.index + found[0].length)}` : text;
      },
  ),
);

function endsWell(read: () => unknown): void {
  const start = process.cpuUsage();
  try {
    read();
  } catch (error) {
    if (!(error instanceof InvalidInputError || error instanceof UnsupportedError)) throw error;
    expect(error.message).not.toBe('');
  }
  expect(process.cpuUsage(start).user / 1000).toBeLessThan(MOST_MILLISECONDS);
}

const mutated = (all: readonly (readonly [string, string])[]) =>
  fc
    .tuple(fc.constantFrom(...all), fc.array(edits, { minLength: 1, maxLength: 4 }))
    .map(([[, text], changes]) => changes.reduce((changed, edit) => edit(changed), text));

const request = fc.record({
  architecture: fc.constantFrom('x86_64', 'aarch64', 'ix86'),
  generation: fc.constantFrom(undefined, ...generations.map(({ name }) => name)),
});

test('a mutated XML description', () => {
  fc.assert(
    fc.property(mutated(xml), request, (text, { architecture, generation }) => {
      endsWell(() => readDescription(text, 'config.xml', { architecture, ...(generation ? { generation } : {}) }));
    }),
    { numRuns: runs(300) },
  );
});

test('a mutated YAML description', () => {
  fc.assert(
    fc.property(mutated(yaml), (text) => {
      endsWell(() => readImage(parseYaml(text, 'config.yaml'), { architecture: 'x86_64' }));
    }),
    { numRuns: runs(300) },
  );
});

test('any text, and any option', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      endsWell(() => readDescription(text, 'config.xml', { architecture: 'x86_64' }));
      endsWell(() => readImage(parseYaml(text, 'config.yaml'), { architecture: 'x86_64' }));
    }),
    { numRuns: runs(300) },
  );
  fc.assert(
    fc.property(fc.constantFrom(...xml), fc.string(), fc.string(), ([name, text], attribute, value) => {
      const typeAttributes = Object.fromEntries([[attribute, value]]);
      endsWell(() => readDescription(text, name, { architecture: 'x86_64', typeAttributes }));
    }),
    { numRuns: runs(300) },
  );
});

test.each([
  ['half a million elements', () => readDescription('<a/>'.repeat(500_000), 'a', { architecture: 'x' })],
  ['the same in one', () => readDescription(`<image>${'<a/>'.repeat(500_000)}</image>`, 'a', { architecture: 'x' })],
  ['tags that never close', () => readDescription('<a>'.repeat(100_000), 'a', { architecture: 'x' })],
  ['a megabyte of one value', () => readDescription(`<image name="${'a'.repeat(1e6)}"/>`, 'a', { architecture: 'x' })],
  ['a million attributes', () => readDescription(`<image ${attributes(100_000)}/>`, 'a', { architecture: 'x' })],
  ['ampersands', () => readDescription(`<image>${'&'.repeat(1e6)}`, 'a', { architecture: 'x' })],
  ['lists in lists in YAML', () => parseYaml(`${'- '.repeat(30_000)}a`, 'a')],
  ['keys in keys in YAML', () => parseYaml('? '.repeat(30_000), 'a')],
  ['brackets in YAML', () => parseYaml('[{'.repeat(100_000), 'a')],
  ['aliases that multiply', () => parseYaml(laughs(12), 'a')],
  ['a long YAML list', () => parseYaml(`image:\n  a:\n${'    - b\n'.repeat(100_000)}`, 'a')],
])('%s is refused soon', (_, read) => {
  expect(() => endsWell(read)).not.toThrow();
  expect(read).toThrow(InvalidInputError);
});

function attributes(count: number): string {
  return Array.from({ length: count }, (_, i) => `a${i}="1"`).join(' ');
}

function laughs(levels: number): string {
  const lines = Array.from({ length: levels }, (_, i) => {
    const from =
      i === 0
        ? '[ha, ha, ha, ha, ha, ha]'
        : `[${Array(6)
            .fill(`*l${i - 1}`)
            .join(', ')}]`;
    return `  l${i}: &l${i} ${from}`;
  });
  return `image:\n${lines.join('\n')}\n`;
}
