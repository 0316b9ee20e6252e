// The entry that becomes the default, in the spelling that each boot loader compares.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import type { MenuKind } from '../../../src/disc/index.js';
import { defaultEntry } from '../../../src/edit/menus/default-entry.js';

const menu = (path: string, kind: MenuKind, text: string) => ({ path: fromText(path), kind, text });

/** The values of menus by their paths, and whether the entry is found. */
function chosen(menus: ReturnType<typeof menu>[], wanted: string | number) {
  const { values, isFound, isLost } = defaultEntry(menus, wanted);
  return { values: Object.fromEntries([...values].map(([{ path }, value]) => [path, value])), isFound, isLost };
}

const GRUB = `function f {
  menuentry "in f" { true }
}
if [ x = x ]; then
  menuentry 'Live > system' --id live { linux /v }
fi
submenu "More" --id more {
  menuentry "Rescue" $menuentry_id_option rescue { linux /v }
  submenu 'Deep' {
    menuentry "Memory" { linux /m }
  }
}
menuentry "2nd" { linux /v }
menuentry "3rd" --id third { linux /v }
`;

describe('GRUB', () => {
  for (const [wanted, value, isFound] of [
    [0, '0', true],
    [2, '2', true],
    [4, '4', false],
    ['live', 'live', true],
    ['LIVE', 'live', true],
    ['Live > system', 'Live >> system', true],
    ['live > SYSTEM', 'Live >> system', true],
    ['More>Rescue', 'More>Rescue', true],
    ['more>rescue', 'more>rescue', true],
    ['1>1>0', '1>1>0', true],
    ['1>7', '1>7', false],
    ['Rescue', 'more>Rescue', true],
    ['Memory', 'more>Deep>Memory', true],
    ['2nd', '2', true],
    ['3rd', 'third', true],
    ['1', '1', true],
    ['in f', 'in f', false],
    ['saved', 'saved', false],
  ] as const) {
    test(`${wanted}`, () => {
      expect(chosen([menu('grub.cfg', 'grub', GRUB)], wanted)).toEqual({
        ...{ values: { 'grub.cfg': value }, isFound, isLost: false },
      });
    });
  }

  test('a menu without entries gets the path of the one that it loads', () => {
    const menus = [menu('a.cfg', 'grub', 'set default=0\nsource /b.cfg\n'), menu('b.cfg', 'grub', GRUB)];
    expect(chosen(menus, 'rescue').values).toEqual({ 'a.cfg': 'more>rescue', 'b.cfg': 'more>rescue' });
  });
});

describe('ISOLINUX: a menu and the files that it includes are one', () => {
  const menus = [
    menu('isolinux/isolinux.cfg', 'isolinux', 'include menu.cfg\ndefault vesamenu.c32\n'),
    menu('isolinux/menu.cfg', 'isolinux', 'include gtk.cfg\nmenu include /isolinux/txt.cfg x\n'),
    menu('isolinux/gtk.cfg', 'isolinux', 'default installgui\nlabel installgui\n menu default\n kernel /v\n'),
    menu('isolinux/txt.cfg', 'isolinux', 'label install\n kernel /v\n'),
    menu('isolinux/rescue.cfg', 'isolinux', 'default rescue\nlabel rescue\n kernel /v\n'),
  ];
  const all = (label: string) => Object.fromEntries(menus.slice(0, 4).map(({ path }) => [path, label]));

  test('by label', () => {
    expect(chosen(menus, 'Install')).toEqual({ values: all('install'), isFound: true, isLost: false });
    expect(chosen(menus, 'rescue').values).toEqual({ 'isolinux/rescue.cfg': 'rescue' });
    expect(chosen(menus, 'none')).toEqual({ values: {}, isFound: false, isLost: false });
  });

  test('by number', () => {
    expect(chosen(menus, 1).values).toEqual(all('install'));
    expect(chosen(menus, 0).values).toEqual({ ...all('installgui'), 'isolinux/rescue.cfg': 'rescue' });
  });
});

test('systemd-boot: by file name or title, and by no number', () => {
  const menus = [
    menu('loader/loader.conf', 'loader', 'timeout 3\n'),
    menu('loader/entries/01-arch.conf', 'loader-entry', 'title   Arch Linux install medium\nlinux /v\n'),
  ];
  for (const wanted of ['01-arch.conf', '01-arch', 'Arch Linux install medium']) {
    expect(chosen(menus, wanted)).toEqual({
      ...{ values: { 'loader/loader.conf': '01-arch.conf' }, isFound: true, isLost: false },
    });
  }
  expect(chosen(menus, '*-arch*').values).toEqual({ 'loader/loader.conf': '*-arch*' });
  expect(chosen(menus, 'arch').isFound).toBe(false);
  expect(chosen(menus, 0)).toEqual({ values: {}, isFound: false, isLost: true });
});
