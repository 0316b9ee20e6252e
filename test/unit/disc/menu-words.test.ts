// Commands of boot menus as GRUB and SYSLINUX divide them, and awkward menus, which take no more time than others.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { commandsOf } from '../../../src/disc/index.js';
import { menuKindOf } from '../../../src/disc/menu-kind.js';
import { defaultEntry } from '../../../src/edit/menus/default-entry.js';
import { editedMenu, startsKernels } from '../../../src/edit/menus/edit-menu.js';
import { readGrubMenu, readIsolinuxMenu, readLoaderEntry } from '../../../src/verify/boot-menus.js';

const grub = (text: string) => Array.from(commandsOf(text, 'grub'), ({ line, words }) => [line, ...words]);
const plain = (text: string) => Array.from(commandsOf(text, 'plain'), ({ line, words }) => [line, ...words]);

test('GRUB: quotes, escapes, continued lines, comments, and commands on one line', () => {
  expect(
    grub(`set root='hd0,msdos1' # where\n\nmenuentry "A \\"b\\"" --id 'x y' { linux /a"b c"d \\\n quiet; initrd /i }`),
  ).toEqual([
    [1, 'set', 'root=hd0,msdos1'],
    [3, 'menuentry', 'A "b"', '--id', 'x y', '{'],
    [3, 'linux', '/ab cd', 'quiet'],
    [4, 'initrd', '/i'],
    [4, '}'],
  ]);
});

test('GRUB: reserved words begin commands, unless they are quoted', () => {
  expect(grub(`if ! search -l X; then linux /a then; else 'if' b; fi`)).toEqual([
    [1, 'search', '-l', 'X'],
    [1, 'linux', '/a', 'then'],
    [1, 'if', 'b'],
    [1, 'fi'],
  ]);
});

test('GRUB: escapes of udev are kept, as patched builds do', () => {
  expect(grub(`linux /v A\\x20B A\\ B 'A\\x20B' A\\\\x20B \\xyz`)).toEqual([
    [1, 'linux', '/v', 'A\\x20B', 'A B', 'A\\x20B', 'A\\x20B', 'xyz'],
  ]);
});

test('GRUB: a quote without an end is a character, and so is the start of a variable', () => {
  expect(grub(`linux /a "b\ninitrd \${c`)).toEqual([
    [1, 'linux', '/a', '"b'],
    [2, 'initrd', '${c'],
  ]);
});

test('SYSLINUX: words end at blanks outside of double quotes, and a quote without an end is a character', () => {
  expect(plain(`# note\r\nLABEL it's\r\n  append a="b c" "d=e f" 5"\r\n`)).toEqual([
    [2, 'LABEL', "it's"],
    [3, 'append', 'a=b c', 'd=e f', '5"'],
  ]);
});

const MANY = 500_000;
const CHANGES = {
  arguments: { add: ['a=1'], remove: ['quiet'] },
  label: { from: 'LIVE', to: 'OTHER' },
  defaultEntry: 'x',
  timeout: 3,
};

describe.each(
  Object.entries({
    'escaped quotes': '"\\'.repeat(MANY),
    quotes: `linux ${"'".repeat(MANY)}`,
    'kernels after open quotes': 'linux "\n'.repeat(MANY / 10),
    variables: 'a${'.repeat(MANY / 2),
    'one long word': `linux ${'a'.repeat(MANY)}`,
    'words with labels': `search ${'label.'.repeat(MANY / 10)}`,
    blanks: `label a${' '.repeat(MANY)}b`,
    'a default with blanks': `default${' '.repeat(MANY)}\n menu${' '.repeat(MANY)}b`,
    'a default that is a program': `default${' '.repeat(MANY)}menu.c32`,
    'initrds with blanks': `initrd a${' \t'.repeat(MANY / 2)}b`,
    'continued lines': 'linux \\\n'.repeat(MANY / 8),
    commas: `linux /a\nappend initrd=${','.repeat(MANY)}\ninitrd ${','.repeat(MANY)}`,
    braces: '{'.repeat(MANY),
  }),
)('a menu of %s', (_, text) => {
  test('is read', () => {
    expect(readGrubMenu(text).entries).toBeInstanceOf(Array);
    expect(readIsolinuxMenu(text).entries).toBeInstanceOf(Array);
    expect(readLoaderEntry(text).entries).toBeInstanceOf(Array);
  });

  test.each(['grub', 'isolinux', 'loader', 'loader-entry'] as const)('is edited as %s', (kind) => {
    expect(editedMenu(kind, text, CHANGES)).toBeTypeOf('string');
    expect(startsKernels(kind, text)).toBeTypeOf('boolean');
    expect(['grub', 'isolinux', undefined]).toContain(menuKindOf('boot/menu.cfg', text));
    const { having, lacking } = defaultEntry([{ path: fromText('menu.cfg'), kind, text }], 'x>y');
    expect(having.length + lacking.length).toBeLessThanOrEqual(1);
  });
});
