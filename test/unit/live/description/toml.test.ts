// Descriptions in TOML: the same tree as XML gives, with places; and in JSON.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../../../src/errors.js';
import { loadDescription } from '../../../../src/live/description/index.js';
import { parseToml } from '../../../../src/live/description/toml.js';
import type { XmlElement } from '../../../../src/live/description/xml.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = scratchDirectory();

const shown = ({ name, attributes, children, text, place }: XmlElement): unknown => [
  `${place.line}:${place.column} ${name}`,
  Object.fromEntries([...attributes].map(([key, { value }]) => [key, value])),
  text,
  ...children.map(shown),
];

const sample = `# A comment
[image]
"@schemaversion" = "8.5"
"@name" = "a"
preferences.version = 1.10
[image.preferences.type]
"@image" = "iso"
"@mediacheck" = true
"@efifatimagesize" = 0x14
size = { "@unit" = "M", "#text" = 1_000 }
[[image.packages]]
"@type" = "image"
package = [{ "@name" = "p" }, { "@name" = 'q' }]
[[image.packages]]
"@type" = "bootstrap"
[[image.packages.package]]
"@name" = """
r"""
`;

test('tables are elements, arrays of tables several of one name, @ is an attribute, #text the text with it', () => {
  expect(shown(parseToml(sample, 'f'))).toEqual([
    '2:1 image',
    { schemaversion: '8.5', name: 'a' },
    '',
    [
      '5:1 preferences',
      {},
      '',
      ['5:1 version', {}, '1.10'],
      [
        '6:1 type',
        { image: 'iso', mediacheck: 'true', efifatimagesize: '20' },
        '',
        ['10:1 size', { unit: 'M' }, '1000'],
      ],
    ],
    [
      '11:1 packages',
      { type: 'image' },
      '',
      ['13:12 package', { name: 'p' }, ''],
      ['13:31 package', { name: 'q' }, ''],
    ],
    ['14:1 packages', { type: 'bootstrap' }, '', ['16:1 package', { name: 'r' }, '']],
  ]);
});

test.each<[string, string, string, number, number]>([
  ['a key that is there twice', 'image.a = 1\nimage.a = 2', 'multiple times', 2, 7],
  ['a value that does not end', 'image = "a', 'string', 1, 11],
  ['two tables', '[image]\n[other]\n', 'one mapping with the key "image"', 1, 1],
  ['an empty text', '', 'one mapping with the key "image"', 1, 1],
  ['a table as attribute', '[image]\n"@a" = {b = 1}', 'A single value is expected', 2, 8],
  ['tables in tables', `[${'image.'.repeat(80)}a]\n`, 'nested more than 64 deep', 1, 1],
  ['arrays in arrays', `image = ${'['.repeat(100)}${']'.repeat(100)}`, 'nested more than 64 deep', 1, 74],
  [
    'inline tables in inline tables',
    `image = ${'{a = '.repeat(100)}1${'}'.repeat(100)}`,
    'nested more than 64 deep',
    1,
    334,
  ],
  ['brackets that end no stack', `image = ${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested too deep', 1, 1],
  [
    'a value of more characters than a call has arguments',
    `image = "${'x'.repeat(500_000)}"`,
    'A value is too long',
    1,
    1,
  ],
  ['more characters than a description has', `image = "${'x'.repeat(1 << 20)}"`, 'more than 524288 characters', 1, 1],
])('%s is refused with its place', (_, text, message, line, column) => {
  let error: unknown;
  try {
    parseToml(text, 'f');
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error).toMatchObject({ code: 'description.toml', message: expect.stringContaining(message) });
  expect((error as InvalidInputError).place).toEqual({ path: 'f', line, column });
});

test('what a file holds decides its language: XML, TOML, JSON or YAML', async () => {
  const files: Readonly<Record<string, string>> = {
    'a.kiwi': sample,
    'b.kiwi':
      '{"image": {"@schemaversion": "8.5", "@name": "a", "preferences": {"version": "1", "type": {"@image": "iso", "@mediacheck": true}}}}',
    'c.kiwi':
      '# YAML\nimage:\n  "@schemaversion": "8.5"\n  "@name": a\n  preferences: {version: 1, type: {"@image": iso, "@mediacheck": yes}}\n',
    'd.kiwi':
      '\n<image schemaversion="8.5" name="a"><preferences><version>1</version><type image="iso" mediacheck="1"/></preferences></image>',
  };
  const directory = mkdtempSync(join(scratch, 'd'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(join(directory, name), text);
    const { name: read, type } = await loadDescription(directory, { architecture: 'x86_64' }, name);
    expect([read, type.mediacheck]).toEqual(['a', true]);
  }
});
