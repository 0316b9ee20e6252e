// The parts of a description in use: profiles, machines, types, and attributes given as options.
import { expect, test } from 'vitest';
import type { IsopressError } from '../../../../src/errors.js';
import { type DescriptionRequest, readDescription } from '../../../../src/live/description/index.js';

const profiles = `<profiles>
<profile name="a" description="a"><requires profile="b"/><requires profile="c"/></profile>
<profile name="b" description="b"><requires profile="a"/></profile>
<profile name="c" description="c" import="true"/>
<profile name="arm" description="d" arch="aarch64"/>
</profiles>`;

function description(inside: string, schema = '8.5', before = ''): string {
  return `<image schemaversion="${schema}" name="n">${before}
<preferences><version>1</version></preferences>${inside}</image>`;
}

const read = (text: string, asked: Partial<DescriptionRequest> = {}) =>
  readDescription(text, 'config.xml', { architecture: 'x86_64', ...asked });

function errorOf(text: string, asked: Partial<DescriptionRequest> = {}): IsopressError {
  try {
    read(text, asked);
  } catch (error) {
    return error as IsopressError;
  }
  throw new Error('The description was accepted.');
}

const type = '<preferences><type image="iso"/></preferences>';

test('required profiles come depth first, none twice, and a circle ends', () => {
  expect(read(description(type, '8.5', profiles), { profiles: ['a'] }).profiles).toEqual(['a', 'b', 'c']);
  expect(read(description(type, '8.5', profiles), { profiles: ['c', 'b'] }).profiles).toEqual(['c', 'b', 'a']);
  expect(read(description(type, '8.5', profiles)).profiles).toEqual(['c']);
});

test('a profile exists for its machines only', () => {
  const text = description(type, '8.5', profiles);
  expect(read(text, { profiles: ['arm'], architecture: 'aarch64' }).profiles).toEqual(['arm']);
  expect(errorOf(text, { profiles: ['arm'] })).toMatchObject({
    message: 'The profile "arm" does not exist for x86_64.',
    hint: 'Defined profiles: a, b, c.',
    place: { line: 5, column: 1 },
  });
});

test('a required profile comes along for its machines, and of several with one name that of the machine counts', () => {
  const text = description(
    type,
    '8.5',
    `<profiles><profile name="a" description="a"><requires profile="b" arch="aarch64"/></profile>
<profile name="b" description="b"/>
<profile name="c" description="c" arch="x86_64"><requires profile="a"/></profile>
<profile name="c" description="c" arch="aarch64" import="true"/>
<profile name="never" description="d"><requires profile="none"/></profile></profiles>`,
  );
  const profilesOf = (architecture: string, ...names: string[]) =>
    read(text, { profiles: names, architecture }).profiles;
  expect(profilesOf('x86_64', 'a')).toEqual(['a']);
  expect(profilesOf('aarch64', 'a')).toEqual(['a', 'b']);
  expect(profilesOf('x86_64', 'c')).toEqual(['c', 'a']);
  expect([profilesOf('x86_64'), profilesOf('aarch64'), profilesOf('aarch64', 'c')]).toEqual([[], ['c'], ['c']]);
  expect(errorOf(text, { profiles: ['never'] })).toMatchObject({ code: 'description.profile', place: { line: 5 } });
});

test('sections and members count by machine, under any of its names', () => {
  const text = description(`${type}
<preferences arch="amd64,riscv64"><locale>de_DE</locale></preferences>
<packages type="image"><package name="p" arch="i586"/><package name="q" arch="x86_64"/></packages>
<packages type="image"><package name="r" arch="arm64"/></packages>
<packages type="oem"><package name="s"/></packages>`);
  expect(read(text)).toMatchObject({ locale: 'de_DE', packages: { installed: ['q'] } });
  expect(read(text, { architecture: 'ix86' })).toMatchObject({ locale: undefined, packages: { installed: ['p'] } });
  expect(read(text, { architecture: 'aarch64' }).packages.installed).toEqual(['r']);
});

test('the first section that says something says it, but the last theme wins', () => {
  const text = description(
    `${type}
<preferences><version>2</version><locale>de_DE</locale><bootloader-theme>a</bootloader-theme></preferences>
<preferences><locale>en_US</locale><bootloader-theme>b</bootloader-theme></preferences>`,
    '7.4',
  );
  expect(read(text)).toMatchObject({ version: '1', locale: 'de_DE', bootloaderTheme: 'b' });
});

test('from KIWI 10 on the last section decides about what is only recorded', () => {
  const text = description(
    `${type}
<preferences><version>2</version><locale>de_DE</locale><keytable>de</keytable></preferences>
<preferences><locale>en_US</locale></preferences>`,
    '7.4',
  );
  const recorded = (['kiwi-9.24', 'kiwi-10', 'kiwi-11'] as const).map((generation) => {
    const { version, locale, keytable } = read(text, { generation });
    return [version, locale, keytable];
  });
  expect(recorded).toEqual([
    ['1', 'de_DE', 'de'],
    ['1', 'en_US', 'de'],
    ['1', 'en_US', 'de'],
  ]);
});

test('types of other images are passed over, the first live ISO is taken in old schemas when marked', () => {
  const inside = `<preferences><type image="oem" filesystem="ext4" primary="true"/>
<type image="iso" volid="ONE"/><type image="iso" volid="TWO" primary="true"/></preferences>`;
  expect(read(description(inside, '6.9')).type.volid).toBe('TWO');
  expect(errorOf(description(inside)).code).toBe('description.type-twice');
});

test('attributes given as options are accepted from any generation', () => {
  const given = (typeAttributes: Record<string, string>, schema = '7.5') =>
    read(description(type, schema), { typeAttributes }).type;
  expect(given({ installprovidefailsafe: 'false' }).installprovidefailsafe).toBe(false);
  expect(given({ target_blocksize: '512' }).target_blocksize).toBe(512);
  expect(given({ filesystem: 'squashfs', efiparttable: 'gpt' })).toMatchObject({ filesystem: 'squashfs' });
  expect(given({ publisher: 'Sample' }, '6.8').publisher).toBe('Sample');
  const wrong = errorOf(description(type), { typeAttributes: { squashfscompresion: 'xz' } });
  expect(wrong.hint).toMatch(/^Did you mean squashfscompression\?/);
  expect(wrong.place).toEqual({});
});

test('a Xen guest is recognised by the firmware', () => {
  const firmware = (name: string) => description(type.replace('iso"', `iso" firmware="${name}"`));
  expect(read(firmware('ec2')).xenGuest).toBe(true);
  expect(read(firmware('bios')).xenGuest).toBe(false);
});
