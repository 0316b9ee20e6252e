// The entry that becomes the default, in the spelling that each boot loader compares.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import type { MenuKind } from '../../../src/disc/index.js';
import { defaultEntry } from '../../../src/edit/menus/default-entry.js';
import { menuPath } from '../../../src/edit/menus/disc-files.js';

const menu = (path: string, kind: MenuKind, text: string, volume?: { name: string }) => ({
  ...{ path: fromText(path), kind, text },
  ...(volume && { volume }),
});

/** The values of files by their paths, and the menus that have the entry and those that do not. */
function chosen(menus: ReturnType<typeof menu>[], wanted: string | number) {
  const { values, having, lacking } = defaultEntry(menus, wanted);
  return {
    values: Object.fromEntries([...values].map(([file, value]) => [menuPath(file), value])),
    ...{ having: having.map(menuPath), lacking: lacking.map(menuPath) },
  };
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
menuentry --hotkey=g --class debian 'Graphical' --unrestricted --id=speech { linux /v }
menuentry "Boot ($arch)" { linux /v }
submenu "\${name} more" {
  menuentry 'Kernel 6' { linux /v }
}
`;

describe('GRUB', () => {
  for (const [wanted, value, isFound] of [
    [0, '0', true],
    [2, '2', true],
    [6, '6', true],
    [7, '7', false],
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
    ['Graphical', 'Graphical', true],
    ['speech', 'speech', true],
    ['Boot (arm64)', 'Boot (arm64)', true],
    ['Boot (arm64) live', 'Boot (arm64) live', false],
    ['Kernel 6', '6>Kernel 6', true],
  ] as const) {
    test(`${wanted}`, () => {
      expect(chosen([menu('grub.cfg', 'grub', GRUB)], wanted)).toEqual({
        values: isFound ? { 'grub.cfg': value } : {},
        having: isFound ? ['grub.cfg'] : [],
        lacking: isFound ? [] : ['grub.cfg'],
      });
    });
  }

  test('a menu without entries gets the path of the one that it loads', () => {
    const menus = [menu('a.cfg', 'grub', 'set default=0\nsource /b.cfg\n'), menu('b.cfg', 'grub', GRUB)];
    expect(chosen(menus, 'rescue')).toEqual({
      ...{ values: { 'a.cfg': 'more>rescue', 'b.cfg': 'more>rescue' }, having: ['b.cfg'], lacking: [] },
    });
  });

  test('entries of a file that is read in are at its place, by whatever names its directory', () => {
    const one = 'menuentry One { linux /v }\n';
    for (const path of [
      '$prefix/more.cfg',
      `\${prefix}/more.cfg`,
      '(cd0)/boot/grub/more.cfg',
      '/boot/$x/more.cfg',
      '$x',
    ]) {
      const menus = [
        menu('boot/grub/grub.cfg', 'grub', `${one}source "${path}"\nmenuentry Last { linux /v }\n`),
        menu('boot/grub/more.cfg', 'grub', 'menuentry Two { linux /v }\nmenuentry Three { linux /v }\n'),
        menu('other/more/x.cfg', 'grub', 'menuentry Other { linux /v }\n'),
      ];
      expect(chosen(menus, 3).having, path).toEqual(['boot/grub/grub.cfg']);
      expect(chosen(menus, 'Three').values, path).toEqual({
        'boot/grub/grub.cfg': 'Three',
        'boot/grub/more.cfg': 'Three',
      });
      expect(chosen(menus, 'Three').lacking, path).toEqual(['other/more/x.cfg']);
    }
  });

  test('a menu that another one shows is a separate menu, and so is one in another image', () => {
    const esp = { name: 'efi.img' };
    const menus = [
      menu('grub.cfg', 'grub', 'menuentry A { linux /v }\nsubmenu B { configfile /b.cfg }\nsource /c.cfg\n'),
      menu('b.cfg', 'grub', 'menuentry InB { linux /v }\n'),
      menu('c.cfg', 'grub', 'menuentry C { linux /v }\n'),
      menu('grub.cfg', 'grub', 'menuentry C { linux /v }\nsource /c.cfg\n', esp),
      menu('c.cfg', 'grub', 'menuentry InEsp { linux /v }\n', esp),
    ];
    expect(chosen(menus, 'InB')).toEqual({
      ...{ values: { 'b.cfg': 'InB' }, having: ['b.cfg'], lacking: ['grub.cfg', 'efi.img#/grub.cfg'] },
    });
    expect(chosen(menus, 'InEsp').having).toEqual(['efi.img#/grub.cfg']);
    expect(chosen(menus, 'C').having).toEqual(['grub.cfg', 'efi.img#/grub.cfg']);
  });

  test('files that read each other are one menu', () => {
    const menus = [
      menu('a.cfg', 'grub', 'menuentry A { linux /v }\nsource /b.cfg\n'),
      menu('b.cfg', 'grub', 'menuentry B { linux /v }\nsource /a.cfg\n'),
    ];
    expect(chosen(menus, 'B')).toEqual({ values: { 'a.cfg': 'B', 'b.cfg': 'B' }, having: ['a.cfg'], lacking: [] });
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
    expect(chosen(menus, 'Install')).toEqual({
      ...{ values: all('install'), having: ['isolinux/isolinux.cfg'], lacking: ['isolinux/rescue.cfg'] },
    });
    expect(chosen(menus, 'rescue').values).toEqual({ 'isolinux/rescue.cfg': 'rescue' });
    const both = ['isolinux/isolinux.cfg', 'isolinux/rescue.cfg'];
    expect(chosen(menus, 'none')).toEqual({ values: {}, having: [], lacking: both });
  });

  test('on discs with plain identifiers, and in FAT images, in any case', () => {
    const path = (one: string) => `${one.toUpperCase()};1`;
    const plain = menus.map(({ path: one, kind, text }) => menu(path(one), kind, text));
    const values = Object.fromEntries(Object.keys(all('')).map((one) => [path(one), 'install']));
    expect(chosen(plain, 'install')).toEqual({
      ...{ values, having: [path('isolinux/isolinux.cfg')], lacking: [path('isolinux/rescue.cfg')] },
    });
  });

  test('by the text that the menu shows, without the mark of its key', () => {
    const shown = `default a
menu begin more
 menu label ^More
 label a
  menu label Install ^now
 label now
  menu label ^Install later
menu end
 menu label of nothing
label b
 MENU LABEL a\r
`;
    const value = (wanted: string) => chosen([menu('syslinux.cfg', 'isolinux', shown)], wanted).values['syslinux.cfg'];
    expect(['Install now', 'install later', 'now', 'a', 'More', 'of nothing'].map(value)).toEqual([
      ...['a', 'now', 'now', 'a', undefined, undefined],
    ]);
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
    menu('loader/entries/02-Tried+3-1.conf', 'loader-entry', 'linux /v\n'),
  ];
  const value = (wanted: string | number) => chosen(menus, wanted).values['loader/loader.conf'];
  for (const wanted of [
    '01-arch.conf',
    '01-arch',
    '01-ARCH',
    'Arch Linux install medium',
    'arch linux INSTALL medium',
  ]) {
    expect(chosen(menus, wanted)).toEqual({
      ...{ values: { 'loader/loader.conf': '01-arch.conf' }, having: ['loader/loader.conf'], lacking: [] },
    });
  }
  const special = ['*-Arch*', '@saved', 'auto-windows', 'linux-6.1.efi'];
  expect(special.map(value)).toEqual(special);
  expect(value('02-tried')).toBe('02-Tried.conf');
  for (const wanted of ['arch', 0, '*-other*']) {
    expect(chosen(menus, wanted)).toEqual({ values: {}, having: [], lacking: ['loader/loader.conf'] });
  }
});

test('of several boot loaders, each menu has the entry by its own rules or stays', () => {
  const esp = { name: 'boot/grub/efi.img' };
  const menus = [
    menu('boot/grub/grub.cfg', 'grub', "menuentry 'Rescue mode' --id rescue { linux /v }\n"),
    menu('isolinux/isolinux.cfg', 'isolinux', 'label live\n menu label ^Rescue mode\nlabel memtest\n'),
    menu('loader/loader.conf', 'loader', ''),
    menu('loader/entries/a.conf', 'loader-entry', 'title Live\n'),
    menu('loader/loader.conf', 'loader', '', esp),
    menu('loader/entries/memtest.conf', 'loader-entry', 'title Test\n', esp),
  ];
  const [grub, isolinux, loader, inEsp] = [
    ...['boot/grub/grub.cfg', 'isolinux/isolinux.cfg', 'loader/loader.conf', 'boot/grub/efi.img#/loader/loader.conf'],
  ];
  expect(chosen(menus, 'rescue')).toEqual({
    ...{ values: { [grub!]: 'rescue' }, having: [grub], lacking: [isolinux, loader, inEsp] },
  });
  expect(chosen(menus, 'Rescue mode').values).toEqual({ [grub!]: 'Rescue mode', [isolinux!]: 'live' });
  expect(chosen(menus, 'memtest').values).toEqual({ [isolinux!]: 'memtest', [inEsp!]: 'memtest.conf' });
  expect(chosen(menus, 'live').values).toEqual({ [isolinux!]: 'live', [loader!]: 'a.conf' });
  expect(chosen(menus, 0)).toEqual({
    ...{ values: { [grub!]: '0', [isolinux!]: 'live' }, having: [grub, isolinux], lacking: [loader, inEsp] },
  });
});
