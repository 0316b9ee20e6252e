// <include>: content of other files in its place, with their places in errors, and bounds on what can be included.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { InvalidInputError, type IsopressError } from '../../../../src/errors.js';
import { loadDescription } from '../../../../src/live/description/index.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = scratchDirectory();
const request = { architecture: 'x86_64' };

const main = (inside: string) =>
  `<image schemaversion="8.5" name="n">\n<preferences><version>1</version><type image="iso"/></preferences>\n${inside}\n</image>`;
const part = (inside: string) => `<image schemaversion="7.4" name="part">\n${inside}\n</image>`;
const packages = (name: string) => `<packages type="image"><package name="${name}"/></packages>`;
const from = (reference: string) => `<include from="${reference}"/>`;

/** The directory `description` of a new directory, with these files; those of other names are next to it. */
function directory(files: Readonly<Record<string, string>>): string {
  const path = join(mkdtempSync(join(scratch, 'd')), 'description');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const load = (files: Readonly<Record<string, string>>, file?: string) =>
  loadDescription(directory(files), request, file);

async function errorOf(files: Readonly<Record<string, string>>): Promise<IsopressError> {
  const error = await load(files).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(InvalidInputError);
  return error as IsopressError;
}

test.each([
  ['this://parts/a.xml'],
  ['this://./parts/../parts/a.xml'],
  ['this:parts/a.xml'],
  ['THIS://parts/a.xml'],
  ['file:parts/a.xml'],
  ['file://parts/a.xml'],
  ['dir:parts/a.xml'],
  ['parts/a.xml'],
  ['this://parts/a.xml?b=c'],
  ['this://parts/a.xml#b'],
  ['this://parts/a.xml;b'],
])('from="%s" is the content of the file in its place', async (reference) => {
  const files = {
    'config.xml': main(packages('x') + from(reference) + packages('y')),
    'parts/a.xml': part(packages('a')),
  };
  expect((await load(files)).packages.installed).toEqual(['x', 'a', 'y']);
});

test('an absolute path, and one out of the directory, are taken as KIWI takes them', async () => {
  const shared = directory({ 'a.xml': part(packages('a')) });
  const references = [
    `this://../common.xml`,
    `file://${shared}/a.xml`,
    `dir://${shared}/a.xml`,
    `this://${shared}/a.xml`,
  ];
  const files = { 'config.xml': main(references.map(from).join('')), '../common.xml': part(packages('s')) };
  expect((await load(files)).packages.installed).toEqual(['s', 'a', 'a', 'a']);
});

test('files include files, each path from the directory of the description', async () => {
  const files = {
    'config.xml': main(from('this://parts/a.xml') + packages('z')),
    'parts/a.xml': part(packages('a1') + from('this://parts/deep/b.xml') + packages('a2')),
    'parts/deep/b.xml': part(packages('b')),
  };
  expect((await load(files)).packages.installed).toEqual(['a1', 'b', 'a2', 'z']);
});

test('the content of a reference follows the file', async () => {
  const inside = `<include from="this://a.xml">${packages('i')}</include>`;
  const files = { 'config.xml': main(inside), 'a.xml': part(packages('a')) };
  expect((await load(files)).packages.installed).toEqual(['a', 'i']);
});

test('a description in another language includes files in XML', async () => {
  const yaml = `image:\n  "@schemaversion": "8.5"\n  "@name": n\n  preferences: {version: 1, type: {"@image": iso}}\n  include:\n    - "@from": this://a.xml\n    - "@from": this://b.xml\n`;
  const files = { 'config.yaml': yaml, 'a.xml': part(packages('a')), 'b.xml': part(packages('b')) };
  expect((await load(files)).packages.installed).toEqual(['a', 'b']);
});

test('included content is upgraded and checked with the rest, and errors name its file', async () => {
  const old = (inside: string) => main(inside).replace('8.5', '8.4');
  const upgraded = await load({
    'config.xml': old(from('this://a.xml')),
    'a.xml': part('<users><user name="r" password="p"/></users>'),
  });
  expect(upgraded.remarks).toEqual([]);
  const error = await errorOf({
    'config.xml': main(from('this://a.xml')),
    'a.xml': part('<packages type="image">\n  <pakage name="p"/></packages>'),
  });
  expect(error).toMatchObject({ code: 'description.unknown-element', place: { line: 3, column: 3 } });
  expect(error.place.path).toMatch(/description\/a\.xml$/);
  const broken = await errorOf({ 'config.xml': main(from('this://a.xml')), 'a.xml': '<image>\n<a>\n</image>' });
  expect(broken).toMatchObject({ code: 'description.xml', place: { line: 3 } });
  expect(broken.place.path).toMatch(/description\/a\.xml$/);
});

test('the settings of the type can be in an included file, and have their place there', async () => {
  const inside = '<preferences>\n<type image="iso" volid="PART"/></preferences>';
  const files = {
    'config.xml': `<image schemaversion="8.5" name="n"><preferences><version>1</version></preferences>${from('this://a.xml')}</image>`,
    'a.xml': part(inside),
  };
  const { type, typePlace, attributePlaces, path } = await load(files);
  expect([type.volid, typePlace.line, path.endsWith('config.xml')]).toEqual(['PART', 3, true]);
  expect(attributePlaces.get('volid')).toMatchObject({ path: expect.stringMatching(/a\.xml$/), line: 3 });
});

test('a file that does not start with <image> gives nothing, and a remark says so', async () => {
  const { remarks, packages: lists } = await load({ 'config.xml': main(from('this://a.xml')), 'a.xml': packages('a') });
  expect(lists.installed).toEqual([]);
  expect(remarks).toEqual([
    { text: expect.stringMatching(/starts with <packages>/), place: expect.objectContaining({ line: 3, column: 16 }) },
  ]);
});

test.each<[string, string, RegExp, string?]>([
  ['a missing file', from('this://none.xml'), /cannot be read: .*none\.xml does not exist/],
  ['a directory', from('this://parts'), /cannot be read: .*not a regular file/],
  ['a name on a network', from('https://example.org/a.xml'), /over a network/],
  ['no name', from(''), /names no file/],
  ['a reference without "from"', '<include/>', /names no file/],
  ['text inside', '<include from="this://a.xml">text</include>', /cannot contain text/],
  ['itself', from('this://config.xml'), /circle: .*config\.xml → .*config\.xml/],
  ['a circle of files', from('this://circle.xml'), /circle: .*circle\.xml → .*back\.xml → .*circle\.xml/, 'back.xml:2'],
  ['a chain without end', from('this://0.xml'), /more than 16 deep/, '15.xml:2'],
  ['a bomb', from('this://bomb0.xml'), /More than 1000 files/, 'bomb8.xml:2'],
  ['many elements in all', from('this://many.xml').repeat(12), /more than 50000 elements/],
])('%s is refused with the place of the reference', async (_, inside, message, place = 'config.xml:3') => {
  const chain = Array.from({ length: 20 }, (_, i) => [`${i}.xml`, part(from(`this://${i + 1}.xml`))]);
  const bombs = Array.from({ length: 9 }, (_, i) => [`bomb${i}.xml`, part(from(`this://bomb${i + 1}.xml`).repeat(10))]);
  const error = await errorOf({
    'config.xml': main(inside),
    'a.xml': part(''),
    'parts/b.xml': part(''),
    'circle.xml': part(from('this://back.xml')),
    'back.xml': part(from('this://circle.xml')),
    ...Object.fromEntries([...chain, ...bombs]),
    'bomb9.xml': part(''),
    'many.xml': part(`<packages type="image">${'<package name="p"/>'.repeat(4500)}</packages>`),
  });
  expect(error).toMatchObject({ code: 'description.include', message: expect.stringMatching(message) });
  expect(`${basename(error.place.path ?? '')}:${error.place.line}`).toBe(place);
});

test('pipes, devices, and files that are large in all, are not read', async () => {
  const pipe = directory({ 'config.xml': main(from('this://pipe')) });
  execFileSync('mkfifo', [join(pipe, 'pipe')]);
  await expect(loadDescription(pipe, request)).rejects.toMatchObject({ code: 'description.include' });
  expect((await errorOf({ 'config.xml': main(from('file:///dev/zero')) })).message).toMatch(/not a regular file/);
  const half = part('') + ' '.repeat(3 << 20);
  const two = { 'config.xml': main(from('this://a.xml') + from('this://b.xml')), 'a.xml': half, 'b.xml': half };
  expect((await errorOf(two)).message).toMatch(/no description has more than 4194304/);
});
