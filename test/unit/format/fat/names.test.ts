import { describe, expect, test } from 'vitest';
import { byteStringOf, fromText } from '../../../../src/bytes/text.js';
import { nameEntries } from '../../../../src/format/fat/names.js';

const root = fromText('');
const named = (...names: string[]) =>
  nameEntries(names.map(fromText), root).map(({ short, caseBits, long }) => [short, caseBits, long]);
const codeOf = (names: readonly Parameters<typeof nameEntries>[0][number][]) => {
  try {
    nameEntries(names, fromText('EFI'));
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
};

describe('short names', () => {
  test('8.3 in one case per part needs no long name', () => {
    expect(named('EFI', 'bootx64.efi', 'GRUB.cfg', 'menu.LST', 'a', '12345678.123', "~!#$%&'-.@^_")).toEqual([
      ['EFI        ', 0, undefined],
      ['BOOTX64 EFI', 0x18, undefined],
      ['GRUB    CFG', 0x10, undefined],
      ['MENU    LST', 0x08, undefined],
      ['A          ', 0x08, undefined],
      ['12345678123', 0, undefined],
      ["~!#$%&'-@^_", 0, undefined],
    ]);
  });

  test('mixed case keeps its short name and gets a long one', () => {
    expect(named('Readme.txt', 'BOOTia32.EFI')).toEqual([
      ['README  TXT', 0, 'Readme.txt'],
      ['BOOTIA32EFI', 0, 'BOOTia32.EFI'],
    ]);
  });

  test('names that do not fit are shortened and numbered in order', () => {
    expect(named('long name one.text', 'long name two.text', '.config', 'a.b.c', 'x+y', 'file.jpeg')).toEqual([
      ['LONGNA~1TEX', 0, 'long name one.text'],
      ['LONGNA~2TEX', 0, 'long name two.text'],
      ['CONFIG~1   ', 0, '.config'],
      ['A_B~1   C  ', 0, 'a.b.c'],
      ['X_Y~1      ', 0, 'x+y'],
      ['FILE~1  JPE', 0, 'file.jpeg'],
    ]);
  });

  test('characters beyond ASCII become underscores, in any code page', () => {
    expect(named('ünï.txt', '日本', '😀.x')).toEqual([
      ['_N_~1   TXT', 0, 'ünï.txt'],
      ['__~1       ', 0, '日本'],
      ['_~1     X  ', 0, '😀.x'],
    ]);
  });

  test('a number never takes an existing name of the directory', () => {
    const names = named('longna~1.txt', 'long name.txt', 'Longna~2.txt');
    expect(names.map(([short]) => short)).toEqual(['LONGNA~1TXT', 'LONGNA~3TXT', 'LONGNA~2TXT']);
  });

  test('thousands of like names get thousands of numbers', () => {
    const names = named(...Array.from({ length: 12_000 }, (_, i) => `like name ${i}.data`));
    expect(new Set(names.map(([short]) => short)).size).toBe(12_000);
    expect([names[9]![0], names[99]![0], names[9999]![0]]).toEqual(['LIKEN~10DAT', 'LIKE~100DAT', 'LI~10000DAT']);
  });
});

describe('refused before anything is written', () => {
  test.each([
    ['fat.name-not-utf8', [byteStringOf(Uint8Array.of(0x66, 0xff))]],
    ['fat.name-too-long', [fromText('n'.repeat(256))]],
    ['fat.name-character', [fromText('a:b')]],
    ['fat.name-character', [fromText('tab\there')]],
    ['fat.name-end', [fromText('dot.')]],
    ['fat.name-end', [fromText('blank ')]],
    ['fat.name-reserved', [fromText('aux.txt')]],
    ['fat.name-reserved', [fromText('COM1')]],
    ['fat.name-collision', [fromText('Grub.cfg'), fromText('grub.CFG')]],
    ['fat.name-collision', [fromText('Ärger'), fromText('ärger')]],
  ])('%s', (code, names) => expect(codeOf(names)).toBe(code));

  test('names that only look alike are kept apart', () => {
    expect(codeOf(['console', 'auxiliary.txt', 'com10', 'ı', 'i', 'straße', 'STRASSE'].map(fromText))).toBeUndefined();
  });

  test('255 UTF-16 units are possible', () => {
    expect(codeOf([fromText('ä'.repeat(255))])).toBeUndefined();
  });
});
