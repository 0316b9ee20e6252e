// Descriptions in YAML: the same tree as XML gives, with places.
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../../../src/errors.js';
import type { XmlElement } from '../../../../src/live/description/xml.js';
import { parseYaml } from '../../../../src/live/description/yaml.js';

const shown = ({ name, attributes, children, text, place }: XmlElement): unknown => [
  `${place.line}:${place.column} ${name}`,
  Object.fromEntries([...attributes].map(([key, { value }]) => [key, value])),
  text,
  ...children.map(shown),
];

test('mappings are elements, lists are several of one name, @ is an attribute, #text the text with it', () => {
  const text = `image:
  "@name": a
  size:
    "@unit": G
    "#text": 1.10
  version: 01.0
  empty:
  user:
    - "@name": one
    - "@name": 2
`;
  expect(shown(parseYaml(text, 'f'))).toEqual([
    '1:1 image',
    { name: 'a' },
    '',
    ['3:3 size', { unit: 'G' }, '1.10'],
    ['6:3 version', {}, '01.0'],
    ['7:3 empty', {}, ''],
    ['9:7 user', { name: 'one' }, ''],
    ['10:7 user', { name: '2' }, ''],
  ]);
});

test('an alias stands for what its anchor names, and << merges mappings', () => {
  const text = `image:
  package:
    - &a {"@name": a, "@arch": x86_64}
    - *a
    - <<: *a
      "@name": b
    - <<: [{"@name": c}, *a]
  file: {"@name": &a d, &k "@target": e}
  other: {*k : *a}
  version: *a
`;
  const [, , , ...rest] = shown(parseYaml(text, 'f')) as unknown[];
  expect(rest).toEqual([
    ['3:10 package', { name: 'a', arch: 'x86_64' }, ''],
    ['3:10 package', { name: 'a', arch: 'x86_64' }, ''],
    ['5:7 package', { name: 'b', arch: 'x86_64' }, ''],
    ['7:7 package', { name: 'c', arch: 'x86_64' }, ''],
    ['8:3 file', { name: 'd', target: 'e' }, ''],
    ['9:3 other', { target: 'd' }, ''],
    ['10:3 version', {}, 'd'],
  ]);
});

test('whole numbers are those of YAML 1.1, in decimal; other numbers, dates and quoted texts stay', () => {
  const values = [
    '010',
    '0b11',
    '0x_1f',
    '1_000',
    '1:30',
    '+5',
    '-1',
    '0',
    '190:20:30',
    '1:60',
    '0o7',
    '08',
    '1.10',
    '2024-01-02',
  ];
  const list = [...values, '"010"', "'1:30'", '9'.repeat(41)].map((value) => `  - ${value}\n`).join('');
  expect(parseYaml(`image:\n  a:\n${list}`, 'f').children.map(({ text }) => text)).toEqual([
    ...['8', '3', '31', '1000', '90', '5', '-1', '0', '685230', '1:60', '0o7', '08', '1.10', '2024-01-02'],
    ...['010', '1:30', '9'.repeat(41)],
  ]);
});

test('JSON is YAML', () => {
  expect(parseYaml('{"image": {"@name": "a", "profiles": {"profile": [{"@name": "b"}]}}}', 'f').children).toHaveLength(
    1,
  );
});

test.each([
  ['image: {a: 1, a: 2}', 'Map keys must be unique', 1, 15],
  ['image: &x a\n', 'image', 0, 0],
  ['image:\n  a: *x\n', 'There is no anchor &x before this alias', 2, 6],
  ['image:\n  a: &x\n    b: *x\n', 'An alias cannot stand for what it is part of', 3, 8],
  ['image:\n  a:\n    <<: b\n', 'Only mappings can be merged', 3, 9],
  ['image:\n  "@a": [1]\n', 'A single value is expected', 2, 9],
  ['image:\n  a: 1\n b: 2\n', 'must start at the same column', 3, 1],
  ['a: 1\nb: 2\n', 'one mapping with the key "image"', 1, 1],
  ['', 'one mapping with the key "image"', 1, 1],
])('%j: %s', (text, message, line, column) => {
  if (line === 0) return expect(parseYaml(text, 'f').text).toBe('a');
  try {
    parseYaml(text, 'f');
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toContain(message);
    return expect((error as InvalidInputError).place).toEqual({ path: 'f', line, column });
  }
  throw new Error('It was accepted.');
});
