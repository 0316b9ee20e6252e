import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InvalidInputError, IsopressError, UnsupportedError } from '../../../../src/errors.js';
import { readDescription } from '../../../../src/live/description/index.js';

const path = 'config.xml';
const request = { architecture: 'x86_64' };

/** A description around the attributes and children of its type. */
function description(type: string, children = '', preferences = '', before = ''): string {
  return `<image schemaversion="8.5" name="sample">
${before}<preferences>
<version>1.2.3</version>${preferences}
<type image="iso" ${type}>${children}</type>
</preferences>
</image>`;
}

function errorOf(text: string, asked: object = {}): IsopressError {
  try {
    readDescription(text, path, { ...request, ...asked });
  } catch (error) {
    expect(error).toBeInstanceOf(IsopressError);
    return error as IsopressError;
  }
  throw new Error('The description was accepted.');
}

test('the demo description gives the values it states and the defaults of the table', () => {
  const text = readFileSync('fixtures/debian-live/config.xml', 'utf8');
  const { type, bootloader, ...rest } = readDescription(text, path, request);
  expect(rest).toMatchObject({
    name: 'debian-live',
    displayName: 'Debian Live',
    version: '12.0.0',
    generation: { name: 'kiwi-9.24' },
    locale: 'en_US',
    profiles: [],
    size: undefined,
  });
  expect(type).toMatchObject({ firmware: 'uefi', flags: 'overlay', volid: 'DEBIAN_LIVE', squashfscompression: 'gzip' });
  expect(type).toMatchObject({ mediacheck: false, filesystem: 'ext4', efifatimagesize: 20, eficsm: true });
  expect(bootloader).toMatchObject({ timeout: 3, timeout_style: 'menu' });
});

test('an override replaces the attribute after the file was read', () => {
  const given = readDescription(description('volid="A"'), path, { ...request, typeAttributes: { volid: 'B' } });
  expect(given.type.volid).toBe('B');
  const wrong = errorOf(description(''), { typeAttributes: { flags: 'clicfs' } });
  expect(wrong.message).toBe('<type> flags="clicfs" is not valid. Allowed: overlay, dmsquash.');
  expect(wrong.hint).toBe('It was given with typeAttributes.');
});

test.each([
  ['a value outside its list', 'flags="clic"', 'flags="clic" is not valid. Allowed: overlay, dmsquash.', 4, 26],
  ['a volume id with a blank', 'volid="MY CD"', 'Allowed: 1 to 32 letters, digits, "_", "-", ".".', 4, 26],
  ['a flag that is no boolean', 'mediacheck="yes"', 'Allowed: true, false.', 4, 31],
  ['a number that is none', 'efifatimagesize="many"', 'Allowed: a number from 1 to 2147483647.', 4, 36],
  ['an attribute nobody knows', 'squashcompression="xz"', 'has no attribute "squashcompression"', 4, 38],
])('%s is an error with its place', (_, attribute, message, line, column) => {
  const error = errorOf(description(attribute));
  expect(error).toBeInstanceOf(InvalidInputError);
  expect(error.message).toContain(message);
  expect(error.place).toEqual({ path, line, column });
});

test.each([['verity_blocks="all"']])('%s is refused by name', (attribute) => {
  const error = errorOf(description(attribute));
  expect(error).toBeInstanceOf(UnsupportedError);
  expect(error.message).toContain(attribute);
});

test('a passphrase is not repeated in the message', () => {
  const error = errorOf(description('luks="secret"'));
  expect(error.message).toBe('<type> luks: an encrypted root image is not built.');
});

test('values that change nothing pass', () => {
  expect(readDescription(description('editbootconfig="" fsmountoptions="noatime"'), path, request).type.image).toBe(
    'iso',
  );
});

test.each([
  ['a document type', '<!DOCTYPE image [<!ENTITY a "b">]><image/>', 'document type', 1],
  ['an unknown entity', '<image>&a;</image>', 'not well-formed', 1],
  ['a tag that is not closed', '<image>\n<preferences>\n</image>', 'not well-formed', 3],
  ['another document', '<html/>', 'starts with <image>', 1],
  ['an unknown element', description('', '<sise>1</sise>'), '<type> cannot contain <sise>', 4],
  ['a size that is no number', description('', '<size>big</size>'), '<size> "big" is not valid', 4],
  ['two sizes', description('', '<size>1</size><size>2</size>'), 'more than once', 4],
  ['an old schema', '<image schemaversion="5.9" name="a"/>', '6.0 to 8.5', 1],
  [
    'a bad name',
    '<image schemaversion="7.4" name="a/b"><preferences><version>1</version><type image="iso"/></preferences></image>',
    'name="a/b"',
    1,
  ],
])('%s is refused', (_, text, message, line) => {
  const error = errorOf(text);
  expect(error.message).toContain(message);
  expect(error.place.line).toBe(line);
});

test.each([
  '<!DOCTYPE image>',
  '<!DOCTYPE image []>',
  '<!DOCTYPE image [\n<!-- nothing -->\n]>',
  '<!DOCTYPE image SYSTEM "kiwi.dtd" [ ]>',
  '<!DOCTYPE image PUBLIC "-//KIWI" "http://127.0.0.1/kiwi.dtd">',
])('a document type that declares nothing passes: %s', (doctype) => {
  expect(readDescription(`${doctype}\n${description('')}`, path, request).type.image).toBe('iso');
});

test.each([
  '<!DOCTYPE image [<!ELEMENT image ANY>]>',
  '<!DOCTYPE image [%a;]>',
  `<!DOCTYPE image SYSTEM "${'<!--'.repeat(500_000)}">`,
])('a document type that declares anything, or is longer than any, is refused: %.60s', (doctype) => {
  expect(errorOf(`${doctype}\n${description('')}`).message).toContain('document type');
});

test('the declaration of a prefix for names is no attribute, on any element', () => {
  const text = description('xmlns:a="urn:a"').replace('<image ', '<image xmlns:b="urn:b" ');
  expect(readDescription(text, path, request).type.image).toBe('iso');
  expect(errorOf(text.replace('xmlns:b="urn:b"', 'xmlns:b="urn:b" b:c="d"')).message).toContain('attribute "b:c"');
  expect(errorOf(text.replace('xmlns:b="urn:b"', 'xmlns="urn:b"')).message).toContain('attribute "xmlns"');
});

test('deep nesting is refused', () => {
  expect(errorOf('<a>'.repeat(100)).message).toContain('nested');
});

test('profiles bring what they require, in order, and sections count by profile', () => {
  const profiles = `<profiles>
<profile name="base" description="b"/>
<profile name="full" description="f"><requires profile="base"/></profile>
<profile name="usual" description="u" import="true"/>
</profiles>`;
  const text = description('volid="ALL"', '', '', profiles).replace(
    '</image>',
    '<preferences profiles="full"><locale>de_DE</locale></preferences></image>',
  );
  expect(readDescription(text, path, request)).toMatchObject({ profiles: ['usual'], locale: undefined });
  const full = readDescription(text, path, { ...request, profiles: ['full'] });
  expect(full).toMatchObject({ profiles: ['full', 'base'], locale: 'de_DE' });
  expect(errorOf(text, { profiles: ['ful'] }).hint).toBe('Defined profiles: base, full, usual.');
});

test('the size is in MiB, replacing or adding', () => {
  const sizeOf = (xml: string) => readDescription(description('', xml), path, request).size;
  expect(sizeOf('<size unit="G">2</size>')).toMatchObject({ mebibytes: 2048, additive: false });
  expect(sizeOf('<size additive="true"> 100 </size>')).toMatchObject({ mebibytes: 100, additive: true });
});

test('the type is the primary one; two without a mark are an error, and in new schemas two at all', () => {
  const two = (mark: string) =>
    description('volid="ONE"').replace('</preferences>', `<type image="iso" volid="TWO" ${mark}/></preferences>`);
  const old = two('primary="true"').replace('8.5', '7.4');
  expect(readDescription(old, path, request).type.volid).toBe('TWO');
  expect(errorOf(two('primary="true"')).code).toBe('description.type-twice');
  expect(errorOf(two('')).code).toBe('description.type-twice');
});
