// One valid description of each generation, and what differs between the generations.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type DescriptionRequest,
  generations,
  type LiveDescription,
  loadDescription,
  readDescription,
} from '../../../../src/live/description/index.js';

const directory = 'fixtures/descriptions';
const request = { architecture: 'x86_64' };

const read = (name: string, asked: Partial<DescriptionRequest> = {}) =>
  readDescription(readFileSync(join(directory, name), 'utf8'), name, { ...request, ...asked });

const remarksOf = ({ remarks }: LiveDescription) =>
  remarks.map(({ text, place }) => `${place.line}:${place.column} ${text}`);

test('KIWI 9.11: settings of the loader are attributes of the type, and hybrid is one', () => {
  const description = read('kiwi-9.11.xml');
  expect(description).toMatchObject({
    generation: { name: 'kiwi-9.11', layout: { bios: 'isolinux', efi: 'isolinux+grub' }, hybridByAttribute: true },
    schemaVersion: { major: 6, minor: 7 },
    version: '1.11.0',
    packageManager: 'zypper',
    locale: 'de_DE',
    bootloaderTheme: 'last',
    bootsplashTheme: 'studio',
    profiles: ['usual'],
    size: { mebibytes: 1024, additive: true },
    drivers: ['drivers/usb/*', 'drivers/scsi/*'],
    strip: { delete: ['/usr/share/doc'], tools: [], libs: [] },
  });
  expect(description.packages).toEqual({
    installed: ['kernel-default', 'dracut-kiwi-live', 'grub2-x86_64-efi', 'filesystem'],
    deleted: ['man-pages'],
  });
  expect(description.bootloader).toMatchObject({ console: ['serial'], timeout: 7, timeout_style: 'menu' });
  expect(description.type).toMatchObject({ hybrid: true, vga: '0x317', efifatimagesize: 15, efiparttable: 'msdos' });
  expect(remarksOf(description)).toEqual(['19:9 <hwclock> is left out: the setting no longer exists.']);
});

test('KIWI 9.15: the publisher came, required profiles come along', () => {
  const description = read('kiwi-9.15.xml', { profiles: ['usual'] });
  expect(read('kiwi-9.15.xml').profiles).toEqual(['usual']);
  expect(description).toMatchObject({ profiles: ['usual', 'base'], packageManager: 'dnf', xenGuest: false });
  expect(description.type).toMatchObject({ flags: 'dmsquash', publisher: 'A publisher & his son' });
  expect(description.bootloader).toMatchObject({ console: ['gfxterm'], timeout: 0 });
  expect(description.generation.extraModules.dmsquash).toEqual(['pollcdrom']);
});

test('KIWI 9.20: the loader is an element, the root image has a compression', () => {
  const description = read('kiwi-9.20.xml');
  expect(description).toMatchObject({ generation: { name: 'kiwi-9.20' }, packageManager: 'apt-get' });
  expect(description.type).toMatchObject({ squashfscompression: 'lz4', vga: '0x317', efifatimagesize: 15 });
  expect(description.bootloader).toMatchObject({ console: ['gfxterm'], timeout_style: 'hidden' });
  expect(description.generation).toMatchObject({ xzInitrd: true, wholeMebibytes: false });
  expect(description.remarks).toEqual([]);
});

test('KIWI 9.24: bundles are named, the policy of labels is chosen, the ESP is larger', () => {
  const description = read('kiwi-9.24.xml');
  expect(description.generation).toMatchObject({ name: 'kiwi-9.24', xzInitrd: false, wholeMebibytes: true });
  expect(description.type).toMatchObject({ squashfscompression: 'zstd', vga: 'auto', selinux_policy: 'mls' });
  expect(description.type).toMatchObject({ bundle_format: '%N-%v-%I', efifatimagesize: 20 });
  expect(description.bootloader).toMatchObject({ console: ['console', 'serial'], timeout_style: 'countdown' });
  expect(description.size).toMatchObject({ mebibytes: 2000, additive: false });
  expect(description.remarks).toEqual([]);
});

test('KIWI 10: one list of terminals becomes two, the VESA number is lost and reported', () => {
  const description = read('kiwi-10.xml');
  expect(description.bootloader).toMatchObject({
    output_console: ['serial'],
    input_console: ['console'],
    console: undefined,
    timeout: 0,
  });
  expect(description.type).toMatchObject({ filesystem: 'squashfs', efifatimagesize: 24, eficsm: false, vga: 'auto' });
  expect(description.packageManager).toBe('dnf4');
  expect(remarksOf(description)).toEqual([
    '16:94 <type> vga="0x317" is left out: the graphics mode is <bootloader video_mode="…"/> now.',
  ]);
});

test('a description in YAML gives what the same one in XML gives', async () => {
  const yaml = await loadDescription(directory, request, 'kiwi-10.yaml');
  const plain = ({ path, remarks, typePlace, imagePlace, attributePlaces, ...rest }: LiveDescription) => rest;
  expect(plain(yaml)).toEqual(plain(read('kiwi-10.xml')));
  expect(yaml.remarks.map(({ place }) => place)).toEqual([
    { path: join(directory, 'kiwi-10.yaml'), line: 35, column: 19 },
  ]);
});

test('defaults follow the generation', () => {
  const table = generations.map(({ schemas, name }) => {
    const text = `<image schemaversion="${schemas[0]}" name="n"><preferences><version>1</version><type image="iso"/></preferences></image>`;
    const { type, bootloader, packageManager } = readDescription(text, 'config.xml', { ...request, generation: name });
    return [name, type.vga, type.efifatimagesize, type.efiparttable, bootloader.timeout, packageManager];
  });
  expect(table).toEqual([
    ['kiwi-9.11', '0x303', 15, 'msdos', 10, undefined],
    ['kiwi-9.15', '0x303', 15, 'msdos', 10, undefined],
    ['kiwi-9.20', 'auto', 15, 'msdos', 10, undefined],
    ['kiwi-9.24', 'auto', 20, 'msdos', 10, undefined],
    ['kiwi-10', 'auto', 20, 'gpt', 10, 'dnf4'],
    ['kiwi-11', 'auto', 20, 'gpt', 10, 'dnf4'],
  ]);
});

test('read as a newer generation a description is upgraded, and its losses are reported', () => {
  const description = read('kiwi-9.11.xml', { generation: 'kiwi-10' });
  expect(description.generation.name).toBe('kiwi-10');
  expect(description.bootloader.timeout).toBe(10);
  expect(remarksOf(description)).toEqual([
    '19:9 <hwclock> is left out: the setting no longer exists.',
    '27:106 <type> hybrid="true" is left out: every medium boots from a disk too.',
    '29:35 <type> bootloader_console="serial" is left out: the upgrade to schema 7.2 keeps it only together with bootloader="…".',
    '29:56 <type> boottimeout="7" is left out: the upgrade to schema 7.2 keeps it only together with bootloader="…".',
    '29:64 <type> vga="0x317" is left out: the graphics mode is <bootloader video_mode="…"/> now.',
  ]);
  expect(() => read('kiwi-10.xml', { generation: 'kiwi-9.20' })).toThrow(/cannot be read as kiwi-9\.20/);
});
