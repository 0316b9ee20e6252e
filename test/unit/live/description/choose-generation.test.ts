// By the rules of which generation a description is read: of the first that accepts all of it, from that of its schema on.
import { expect, test } from 'vitest';
import type { IsopressError } from '../../../../src/errors.js';
import { type Generation, readDescription } from '../../../../src/live/description/index.js';

const preferences = '<version>1</version>';
const document = (schema: string, type: string, before = '', attributes = '') =>
  `<image schemaversion="${schema}" name="n">\n${before}<preferences${attributes}>${preferences}\n${type}</preferences></image>`;

const read = (text: string, generation?: Generation) =>
  readDescription(text, 'config.xml', { architecture: 'x86_64', ...(generation ? { generation } : {}) });

function faultOf(text: string, generation?: Generation): IsopressError {
  try {
    read(text, generation);
  } catch (error) {
    return error as IsopressError;
  }
  throw new Error('It was accepted.');
}

const profile = '<profiles><profile name="a" description="a"><requires profile="a"/></profile></profiles>\n';

test.each<[string, string, Generation, string]>([
  [
    '6.8',
    document('6.8', '<type image="iso"/>', profile),
    'kiwi-9.15',
    '2:45 kiwi-9.11 does not read it: <profile> cannot contain <requires>',
  ],
  [
    '6.8',
    document('6.8', '<type image="iso" publisher="P"/>'),
    'kiwi-9.15',
    '3:30 kiwi-9.11 does not read it: <type> has no attribute "publisher"',
  ],
  [
    '6.8',
    document('6.8', '<type image="iso" filesystem="squashfs"/>'),
    'kiwi-10',
    '3:31 kiwi-9.24 does not read it: <type> has no attribute "filesystem"',
  ],
  [
    '6.9',
    document('6.9', '<type image="iso"/>', '', ' arch="x86_64"'),
    'kiwi-9.20',
    '2:20 kiwi-9.15 does not read it: <preferences> has no attribute "arch"',
  ],
  [
    '6.9',
    document('6.9', '<type image="iso" firmware="custom"/>'),
    'kiwi-9.24',
    '3:29 kiwi-9.20 does not read it: <type> firmware="custom" is not valid',
  ],
  [
    '7.1',
    document('7.1', '<type image="iso"><bootloader name="grub2"/></type>'),
    'kiwi-9.20',
    '3:19 kiwi-9.15 does not read it: <type> cannot contain <bootloader>',
  ],
  [
    '7.5',
    document('7.5', '<type image="iso"><bootloader name="grub2" bls="true"/></type>'),
    'kiwi-10',
    '3:49 kiwi-9.24 does not read it: <bootloader> has no attribute "bls"',
  ],
])(
  'a document of schema %s with a newer word is read as the first generation that knows it: %s',
  (_, text, name, reason) => {
    const { generation, generationBecause } = read(text);
    expect(generation.name).toBe(name);
    const { place, text: said } = generationBecause!;
    expect(`${place.line}:${place.column} ${said}`).toContain(reason);
  },
);

test.each([
  ['the locale C', '<locale>C</locale><type image="iso"/>'],
  ['a loader of s390', '<type image="iso"><bootloader name="zipl"/></type>'],
  ['a file system of a disk', '<type image="oem" filesystem="erofs"/><type image="iso"/>'],
  ['a format of a disk', '<type image="oem" format="oci:vmdk"/><type image="iso"/>'],
  ['a container on a disk', '<type image="oem"><containerconfig name="c"/></type><type image="iso"/>'],
])('a newer value or place of an old word counts as well: %s', (_, type) => {
  expect(read(document('7.6', type))).toMatchObject({
    generation: { name: 'kiwi-10' },
    generationBecause: { place: { line: 3 } },
  });
});

test('a newer list of packages counts as well', () => {
  const text = document('7.6', '<type image="iso"/>').replace('</image>', '<packages type="systemfiles"/></image>');
  expect(read(text).generation.name).toBe('kiwi-10');
});

test('a word of the last releases of a generation belongs to it', () => {
  const text = document('7.6', '<type image="iso"><bootloader name="grub2" timeout_style="menu"/></type>');
  expect(read(text)).toMatchObject({ generation: { name: 'kiwi-9.24' }, generationBecause: undefined });
});

test.each<[string, Generation]>([
  ['6.8', 'kiwi-9.11'],
  ['7.1', 'kiwi-9.15'],
  ['7.3', 'kiwi-9.20'],
  ['7.6', 'kiwi-9.24'],
  ['8.0', 'kiwi-10'],
  ['8.5', 'kiwi-10'],
])('without a newer word schema %s is read as %s, and no reason is given', (schema, name) => {
  const { generation, generationBecause } = read(document(schema, '<type image="iso"/>'));
  expect([generation.name, generationBecause]).toEqual([name, undefined]);
});

test('a newer word among the settings of another image type counts as well', () => {
  const text = document('8.5', '<type image="oem" efimountoptions="umask=0077"/><type image="iso"/>');
  expect(read(text)).toMatchObject({ generation: { name: 'kiwi-11' }, generationBecause: { place: { line: 3 } } });
});

test('a generation that is asked for is taken, and refuses words that came later', () => {
  const text = document('7.5', '<type image="iso"/>');
  expect(read(text, 'kiwi-11')).toMatchObject({ generation: { name: 'kiwi-11' }, generationBecause: undefined });
  const newer = document('7.5', '<type image="iso" filesystem="squashfs"/>');
  expect(faultOf(newer, 'kiwi-9.24')).toMatchObject({
    message: '<type> has no attribute "filesystem" in schema versions 7.4 to 7.6; it exists from 8.0 on.',
    place: { line: 3, column: 31 },
  });
  const newest = document('8.5', '<type image="oem" efimountoptions="umask=0077"/><type image="iso"/>');
  expect(faultOf(newest, 'kiwi-10').message).toBe(
    '<type> has no attribute "efimountoptions" in kiwi-10; it exists from kiwi-11 on.',
  );
});

test('an error in all generations is reported in the words of its own generation, a later one in those of the newest', () => {
  const typing = faultOf(document('6.8', '<type image="iso" bootimeout="5"/>'));
  expect(typing.hint).toMatch(/^Did you mean boottimeout\?/);
  const both = faultOf(document('7.5', '<type image="iso" filesystem="squashfs" volid="a b"/>'));
  expect(both.message).toContain('volid="a b"');
});

test('rules of the generation hold, not those of the schema version', () => {
  const { generation, type, bootloader } = read(
    document('7.5', '<type image="iso" filesystem="squashfs" firmware="uefi"/>'),
  );
  expect(generation.layout).toEqual({ bios: 'grub', efi: 'grub' });
  expect([type.efiparttable, bootloader.output_console]).toEqual(['gpt', undefined]);
});
