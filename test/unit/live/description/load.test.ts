// Where a description is looked for, and how its bytes become text.
import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDescription } from '../../../../src/live/description/index.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = scratchDirectory();
const request = { architecture: 'x86_64' };

const xml = (name: string, head = '') =>
  `${head}<image schemaversion="8.5" name="${name}" displayname="Gärten"><preferences><version>1</version>` +
  '<type image="iso"/></preferences></image>';

const yaml = (name: string) =>
  `image:\n  "@schemaversion": "8.5"\n  "@name": ${name}\n  preferences:\n    version: 1\n    type:\n      "@image": iso\n`;

function directory(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = mkdtempSync(join(scratch, 'd'));
  mkdirSync(join(path, 'image'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

const nameIn = async (path: string, file?: string) => (await loadDescription(path, request, file)).name;

test('config.xml, then image/config.xml, then the first *.kiwi in byte order, then config.yaml', async () => {
  const files = {
    'config.xml': xml('first'),
    'image/config.xml': xml('second'),
    'B.kiwi': xml('third'),
    'b.kiwi': xml('fourth'),
    'config.yaml': yaml('fifth'),
    'config.yml': yaml('sixth'),
  };
  const names: string[] = [];
  for (let i = 0; i < Object.keys(files).length; i++) {
    names.push(await nameIn(directory(Object.fromEntries(Object.entries(files).slice(i)))));
  }
  expect(names).toEqual(['first', 'second', 'third', 'fourth', 'fifth', 'sixth']);
  await expect(loadDescription(directory({}), request)).rejects.toMatchObject({ code: 'description.not-found' });
});

test('a file named is taken; what it holds tells XML from YAML', async () => {
  const path = directory({ 'config.xml': xml('usual'), 'other.kiwi': yaml('yaml'), 'third.kiwi': `\n ${xml('xml')}` });
  expect(await nameIn(path, 'other.kiwi')).toBe('yaml');
  expect(await nameIn(path, 'third.kiwi')).toBe('xml');
  await expect(nameIn(path, 'missing.kiwi')).rejects.toMatchObject({ code: 'source.enoent' });
});

test.each([
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${xml('n')}`)],
  ['UTF-16 with a byte order mark', Buffer.from(`\ufeff${xml('n')}`, 'utf16le')],
  ['a declared encoding', Buffer.from(xml('n', '<?xml version="1.0" encoding="iso-8859-1"?>'), 'latin1')],
])('%s is read', async (_, bytes) => {
  expect((await loadDescription(directory({ 'config.xml': bytes }), request)).displayName).toBe('Gärten');
});

test.each(['config.xml', 'config.yaml', 'config.toml', 'config.json'])('%s of 100 MB is not read', async (name) => {
  const path = directory({ [name]: '' });
  truncateSync(join(path, name), 100_000_000);
  await expect(loadDescription(path, request)).rejects.toMatchObject({ code: 'description.size' });
});

test.each([
  ['config.xml', `<image>${'<a>'.repeat(100_000)}`, 'description.xml'],
  ['config.yaml', `image: ${'{a: '.repeat(100_000)}`, 'description.yaml'],
  ['config.json', `{"image": ${'{"a": '.repeat(100_000)}1${'}'.repeat(100_001)}`, 'description.yaml'],
  ['config.toml', `image = ${'{ a = '.repeat(60_000)}1${' }'.repeat(60_000)}`, 'description.toml'],
])('%s of many levels ends with a place', async (name, text, code) => {
  await expect(loadDescription(directory({ [name]: text }), request)).rejects.toMatchObject({
    code,
    place: { path: expect.stringContaining(name), line: 1 },
  });
});

test('a file that is too large is not read', async () => {
  const path = directory({ 'config.xml': xml('n') + ' '.repeat(5 << 20) });
  await expect(loadDescription(path, request)).rejects.toMatchObject({ code: 'description.size' });
});

test('many comments of an editor that ends lines with CR and LF', async () => {
  const text = '# note\n'.repeat(200) + yaml('noted');
  expect(await nameIn(directory({ 'config.yaml': text.replaceAll('\n', '\r\n') }))).toBe('noted');
});
