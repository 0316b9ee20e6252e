// The images of a matrix: combinations as the matrix of GitHub Actions has them, names, templates, and faults with their places.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { buildCommand } from '../../../src/cli/commands/build.js';
import { matrixOptions } from '../../../src/cli/matrix/arguments.js';
import { matrixSchema } from '../../../src/cli/output/matrix-schema.js';
import { expandMatrix, parseMatrix } from '../../../src/live/index.js';

const images = (text: string) => expandMatrix(parseMatrix(text, 'm.yaml'));
const values = (text: string) => images(text).map((image) => Object.fromEntries(image.values));

test('axes, exclude and include combine as the documentation of GitHub Actions shows', () => {
  // "Expanding or adding matrix configurations", its example and its result.
  const text = `
axes:
  fruit: [apple, pear]
  animal: [cat, dog]
include:
  - color: green
  - color: pink
    animal: cat
  - fruit: apple
    shape: circle
  - fruit: banana
  - fruit: banana
    animal: cat
name: "{fruit}"
`;
  const unnamed = parseMatrix(text, 'm.yaml');
  const all = expandMatrix({ ...unnamed, name: undefined, options: new Map() });
  expect(all.map((image) => Object.fromEntries(image.values))).toEqual([
    { fruit: 'apple', animal: 'cat', color: 'pink', shape: 'circle' },
    { fruit: 'apple', animal: 'dog', color: 'green', shape: 'circle' },
    { fruit: 'pear', animal: 'cat', color: 'pink' },
    { fruit: 'pear', animal: 'dog', color: 'green' },
    { fruit: 'banana' },
    { fruit: 'banana', animal: 'cat' },
  ]);
  // Also from there: an entry of exclude needs only some of the axes.
  const excluded = `
axes:
  os: [macos, windows]
  version: [12, 14, 16]
  environment: [staging, production]
exclude:
  - {os: macos, version: 12, environment: production}
  - {os: windows, version: 16}
`;
  expect(values(excluded).length).toBe(12 - 1 - 2);
  expect(values(excluded)).not.toContainEqual({ os: 'windows', version: '16', environment: 'staging' });
});

test('options are those of all images, text stays text, and templates take other values', () => {
  const text = `
root: roots/{flavour}
version: 1.10
profile: [base, "{flavour}"]
set-type-attr: {volid: "V {flavour}"}
axes: {flavour: [mini, maxi]}
include: [{flavour: maxi, level: 9}]
name: live-{flavour}
`;
  expect(images(text)).toMatchObject([
    { index: 0, name: 'live-mini' },
    { index: 1, name: 'live-maxi' },
  ]);
  expect(values(text)[1]).toEqual({
    ...{ root: 'roots/maxi', version: '1.10', profile: ['base', 'maxi'] },
    ...{ 'set-type-attr': { volid: 'V maxi' }, flavour: 'maxi', level: '9' },
  });
  expect(images('root: r')).toMatchObject([{ index: 0, name: 'image-0' }]);
  expect(images('axes: {a: ["x y/z", "//"]}').map(({ name }) => name)).toEqual(['x-y-z', 'image-1']);
});

describe('faults', () => {
  const FAULTS: readonly (readonly [text: string, code: string, place: object])[] = [
    ['- a', 'matrix.format', { line: 1 }],
    ['axes: {a: []}', 'matrix.format', { line: 1 }],
    ['axes:\n  a: one', 'matrix.format', { line: 2 }],
    ['axes:\n  a: [1, 2, 1]', 'matrix.format', { line: 2 }],
    ['axes: {a: [1]}\nexclude: [{b: 1}]', 'matrix.format', { line: 2 }],
    ['root: {a: {b: c}}', 'matrix.format', { line: 1 }],
    ['root: r\nroot: s', 'matrix.format', { line: 2 }],
    ['axes: {a: [1, 2]}\nname: same', 'matrix.name', { path: 'm.yaml' }],
    ['axes: {a: [".."]}', 'matrix.name', { path: 'm.yaml' }],
    ['axes: {a: [1, 2]}\nroot: "{b}"', 'matrix.template', { path: 'm.yaml' }],
    ['root: "{kernel}"\nkernel: "{root}"', 'matrix.template', {}],
    [`axes: {${Array.from({ length: 20 }, (_, i) => `a${i}: [1, 2]`).join(', ')}}`, 'matrix.size', {}],
    ['a: !!js/function f', 'matrix.format', {}],
  ];
  test.each(FAULTS)('%s', (text, code, place) => {
    try {
      images(text);
    } catch (error) {
      expect(error).toMatchObject({ code, place });
      return;
    }
    expect(code).toBe('matrix.format');
    expect(text).toContain('!!js');
  });
});

test('the schema is that of the options of build, and accepts the matrix of the guide', () => {
  const root = resolve(import.meta.dirname, '../../..');
  const schema = JSON.parse(readFileSync(resolve(root, 'schemas/files/matrix.json'), 'utf8'));
  // Every build writes it.
  expect(schema).toEqual(JSON.parse(JSON.stringify(matrixSchema(matrixOptions(buildCommand())))));
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
  const guide = readFileSync(resolve(root, 'docs/guides/many-images.md'), 'utf8');
  const example = parse(/^```yaml\n(.*?)^```$/ms.exec(guide)![1]!);
  expect([validate(example), validate.errors]).toEqual([true, null]);
  const wrong = [
    { rot: 'x' },
    { axes: { profile: 'a' } },
    { 'media-check': 'both' },
    { 'clamp-mtime': 3 },
    { include: {} },
  ];
  for (const change of wrong) expect([change, validate({ ...example, ...change })]).toEqual([change, false]);
});
