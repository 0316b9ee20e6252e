// Texts of boot menus after changes: every entry is changed, and all other bytes stay.
import { describe, expect, test } from 'vitest';
import { menuKindOf } from '../../../src/disc/index.js';
import { editedMenu, type MenuChanges } from '../../../src/edit/menus/edit-menu.js';
import { parseArgumentChanges } from '../../../src/edit/menus/kernel-arguments.js';
import { relabelled } from '../../../src/edit/menus/labels.js';

const NOTHING: MenuChanges = {
  arguments: { add: [], remove: [] },
  label: undefined,
  defaultEntry: undefined,
  timeout: undefined,
};
const changed = (kind: Parameters<typeof editedMenu>[0], text: string, changes: Partial<MenuChanges>) =>
  editedMenu(kind, text, { ...NOTHING, ...changes });
const args = (text: string) => ({ arguments: parseArgumentChanges(text) });

describe('kernel arguments', () => {
  for (const [title, kind, text, changes, expected] of [
    ['come after the last one', 'grub', 'linux /vmlinuz quiet\n', '+a=1', 'linux /vmlinuz quiet a=1\n'],
    [
      'come before those of the installed system',
      'grub',
      '  linux /v x --- quiet\n',
      'a=1',
      '  linux /v x a=1 --- quiet\n',
    ],
    [
      'of all commands on one line',
      'grub',
      'if [ -e /v ]; then linux /v a; else linux16 /w; fi\nmenuentry x { $linux /v }\n',
      '+b',
      'if [ -e /v ]; then linux /v a b; else linux16 /w b; fi\nmenuentry x { $linux /v b }\n',
    ],
    [
      'of the first module of Xen, and of no other',
      'grub',
      '$multiboot ($root)/xen.gz x\n$module ($root)/linux dummy a\n$module ($root)/initrd dummy\nmultiboot /gnumach.gz\nmodule /ext2fs b\n',
      '+b',
      '$multiboot ($root)/xen.gz x\n$module ($root)/linux dummy a b\n$module ($root)/initrd dummy\nmultiboot /gnumach.gz\nmodule /ext2fs b\n',
    ],
    ['with blanks get their quotes from GRUB', 'grub', 'linux /v\n', '+a="b c"', "linux /v 'a=b c'\n"],
    ['with blanks are not added again', 'grub', `linux /v 'a=b c'\n`, '+a="b c" +d', `linux /v 'a=b c' d\n`],
    [
      'with blanks go as one',
      'isolinux',
      'label x\n linux /v\n append q="b c" "a=d e" a="b c" f\n',
      '-a +q="b c"',
      'label x\n linux /v\n append q="b c" f\n',
    ],
    [
      'of an entry with ends of lines of DOS',
      'isolinux',
      'label x\r\n kernel /v\r\n initrd /i\r\n',
      '+b',
      'label x\r\n kernel /v\r\n append b\r\n initrd /i\r\n',
    ],
    [
      'of systemd-boot with ends of lines of DOS',
      'loader-entry',
      'title x\r\nlinux /v\r\n',
      '+b',
      'title x\r\nlinux /v\r\noptions b\r\n',
    ],
    [
      'of systemd-boot on several lines',
      'loader-entry',
      'linux /v\noptions a b\noptions c a=1\n',
      '+b +d -a',
      'linux /v\noptions b\noptions c d\n',
    ],
    ['of a kernel without any', 'grub', 'linux /vmlinuz\n', '+a', 'linux /vmlinuz a\n'],
    ['with characters that GRUB reads', 'grub', 'linux /v\n', '+ds=nocloud;s=/x/', "linux /v 'ds=nocloud;s=/x/'\n"],
    ['that are there are not added again', 'grub', 'linux /v a=1 "b c"\n', '+a=1', 'linux /v a=1 "b c"\n'],
    ['go with or without a value', 'grub', 'linux /v quiet vga=788 quietly\n', '-quiet -vga', 'linux /v quietly\n'],
    [
      'go with this value only',
      'grub',
      'linux /v console=tty0 console=ttyS0\n',
      '-console=tty0',
      'linux /v console=ttyS0\n',
    ],
    ['go on both sides of the separator', 'grub', 'linux /v quiet --- quiet\n', '-quiet', 'linux /v ---\n'],
    ['after a continued line', 'grub', 'linux /v a \\\n  b\n', '+c', 'linux /v a \\\n  b c\n'],
    [
      'before a comment and a brace',
      'grub',
      'menuentry x { linux /v a; initrd /i }\n',
      '+b',
      'menuentry x { linux /v a b; initrd /i }\n',
    ],
    ['keep the ends of lines', 'grub', 'linux /v a\r\ninitrd /i\r\n', '+b', 'linux /v a b\r\ninitrd /i\r\n'],
    [
      'of every spelling of the command',
      'grub',
      'linuxefi /v\n$linux /v\nlinux16 /v\n',
      '+b',
      'linuxefi /v b\n$linux /v b\nlinux16 /v b\n',
    ],
    ['of no memory test', 'grub', 'linux16 /boot/memtest86+x64.bin\n', '+b', 'linux16 /boot/memtest86+x64.bin\n'],
    ['of a kernel with any suffix in GRUB', 'grub', 'linux /boot/kernel.bin\n', '+b', 'linux /boot/kernel.bin b\n'],
    [
      'of no disk image',
      'isolinux',
      'label x\n kernel dos.img\n append y\n',
      '+b',
      'label x\n kernel dos.img\n append y\n',
    ],
    [
      'of no boot sector',
      'isolinux',
      'label x\n kernel dos.bs\n append y\n',
      '+b',
      'label x\n kernel dos.bs\n append y\n',
    ],
    [
      'of LINUX with any suffix',
      'isolinux',
      'label x\n linux k.img\n append y\n',
      '+b',
      'label x\n linux k.img\n append y b\n',
    ],
    [
      'of ISOLINUX',
      'isolinux',
      'label x\n kernel /v\n append i=1 --- q\n',
      '+b',
      'label x\n kernel /v\n append i=1 b --- q\n',
    ],
    [
      'of an entry of ISOLINUX without a line for them',
      'isolinux',
      'LABEL x\n  KERNEL /v\n',
      '+b',
      'LABEL x\n  KERNEL /v\n  append b\n',
    ],
    [
      'of no module of ISOLINUX',
      'isolinux',
      'label x\n com32 a.c32\n append y\nlabel z\n kernel vesamenu.c32\n append m.cfg\n',
      '+b',
      'label x\n com32 a.c32\n append y\nlabel z\n kernel vesamenu.c32\n append m.cfg\n',
    ],
    ['of systemd-boot', 'loader-entry', 'title x\nlinux /v\noptions a\n', '+b -a', 'title x\nlinux /v\noptions b\n'],
    [
      'of systemd-boot without a line for them',
      'loader-entry',
      'title x\nlinux /v\n',
      '+b',
      'title x\nlinux /v\noptions b\n',
    ],
    [
      'replace the word that keeps those of all entries away, and come once',
      'isolinux',
      'append a\nlabel y\n kernel /v\n append -\nlabel z\n kernel /v\n append q\n',
      '+w +w',
      'append a w\nlabel y\n kernel /v\n append w\nlabel z\n kernel /v\n append q w\n',
    ],
  ] as const) {
    test(title, () => expect(changed(kind, text, args(changes))).toBe(expected));
  }

  test('with blanks in quotes are one', () => {
    expect(() => parseArgumentChanges('+a="b c')).toThrow(expect.objectContaining({ code: 'edit.kernel-args' }));
    expect(parseArgumentChanges('+a="b c"  -quiet d')).toEqual({ add: ['a="b c"', 'd'], remove: ['quiet'] });
  });
});

describe('the label of the medium', () => {
  const label = (kind: Parameters<typeof relabelled>[0], text: string, from: string, to: string) =>
    relabelled(kind, text, { from, to });

  test('changes where a system or GRUB looks for it, and nowhere else', () => {
    const text = `title OLD 1\nsearch --set=root --label 'OLD'\nsearch -l OLD\nlinux /v root=live:CDLABEL=OLD inst.ks=hd:LABEL=OLD:/ks archisolabel=OLD x=OLD OLDER\n`;
    expect(label('grub', text, 'OLD', 'NEW_2')).toBe(text.replaceAll(/OLD(?! 1|ER)(?<!x=OLD)/g, 'NEW_2'));
  });

  for (const [title, kind, text, from, to, expected] of [
    [
      'in ISOLINUX is escaped as udev does',
      'isolinux',
      'append root=live:CDLABEL=A a\n',
      'A',
      'A B',
      'append root=live:CDLABEL=A\\x20B a\n',
    ],
    [
      'in systemd-boot is escaped as udev does',
      'loader-entry',
      'options archisolabel=A\n',
      'A',
      'A/B',
      'options archisolabel=A\\x2fB\n',
    ],
    [
      'with blanks comes in quotes for dracut, which GRUB keeps',
      'grub',
      'linux /v root=live:CDLABEL=A a\n',
      'A',
      'A /(B',
      "linux /v 'root=live:CDLABEL=A /\\x28B' a\n",
    ],
    [
      'with blanks is escaped for other readers',
      'grub',
      'linux /v inst.ks=hd:LABEL=A:/ks.cfg\n',
      'A',
      'A B',
      'linux /v inst.ks=hd:LABEL=A\\x20B:/ks.cfg\n',
    ],
    [
      'stays escaped where it was',
      'grub',
      'linux /v root=live:CDLABEL=A\\x20B\n',
      'A B',
      'C D',
      'linux /v root=live:CDLABEL=C\\x20D\n',
    ],
    [
      'with blanks is found in quotes',
      'grub',
      `linux /v "root=live:CDLABEL=A B" 'x.label=A B'\n`,
      'A B',
      'C',
      `linux /v "root=live:CDLABEL=C" 'x.label=C'\n`,
    ],
    [
      'with blanks is found after backslashes',
      'grub',
      'linux /v root=live:CDLABEL=A\\ B inst.stage2=hd:LABEL=A\\\\x20B\n',
      'A B',
      'C',
      'linux /v root=live:CDLABEL=C inst.stage2=hd:LABEL=C\n',
    ],
    [
      'is quoted for search',
      'grub',
      'if search -l A --set root; then true; fi\nsearch --label "A"\n',
      'A',
      'A B',
      `if search -l 'A B' --set root; then true; fi\nsearch --label "A B"\n`,
    ],
    [
      'is part of a path of udev',
      'grub',
      `linux /v root=/dev/disk/by-label/OLD archisodevice=/dev/disk/by-label/OLD_2\nlinux /v 'root=live:/dev/disk/by-label/OLD'\n`,
      'OLD',
      'NEW',
      `linux /v root=/dev/disk/by-label/NEW archisodevice=/dev/disk/by-label/OLD_2\nlinux /v 'root=live:/dev/disk/by-label/NEW'\n`,
    ],
    [
      'keeps the quotes of a search closed',
      'grub',
      `search -l 'A'\nsearch --label "A"\nsearch -l A\n`,
      'A',
      `it's "$x"`,
      `search -l 'it'\\''s "$x"'\nsearch --label "it's \\"\\$x\\""\nsearch -l 'it'\\''s "$x"'\n`,
    ],
    [
      'is found as udev escapes it',
      'isolinux',
      'append inst.stage2=hd:LABEL=A\\x20B quiet',
      'A B',
      'C',
      'append inst.stage2=hd:LABEL=C quiet',
    ],
    ['is not found inside a longer one', 'grub', 'linux /v root=live:CDLABEL=A-1', 'A', 'B C', undefined],
  ] as const) {
    test(title, () => expect(label(kind, text, from, to)).toBe(expected ?? text));
  }
});

describe('the entry and the time', () => {
  for (const [title, kind, text, changes, expected] of [
    [
      'are set in GRUB',
      'grub',
      'set default="0"\nif x; then\n  set timeout=30\nfi\n',
      { defaultEntry: 2, timeout: 0 },
      'set default=2\nif x; then\n  set timeout=0\nfi\n',
    ],
    [
      'are added to a menu of GRUB',
      'grub',
      'menuentry a {\n}\n',
      { defaultEntry: 'a b', timeout: 5 },
      "set timeout=5\nset default='a b'\nmenuentry a {\n}\n",
    ],
    [
      'are added with the ends of lines that the menu has',
      'grub',
      'menuentry a {\r\n}\r\n',
      { timeout: 5 },
      'set timeout=5\r\nmenuentry a {\r\n}\r\n',
    ],
    [
      'are not added to a script without entries',
      'grub',
      'search -l X\nconfigfile /y\n',
      { defaultEntry: 1, timeout: 5 },
      'search -l X\nconfigfile /y\n',
    ],
    [
      'are set in ISOLINUX',
      'isolinux',
      'default a\ntimeout 50\nlabel a\n menu default\n kernel /v\nlabel b\n kernel /v\n',
      { defaultEntry: 1, timeout: 3 },
      'default b\ntimeout 30\nlabel a\n kernel /v\nlabel b\n  menu default\n kernel /v\n',
    ],
    [
      'leave the module that shows the menu',
      'isolinux',
      'default vesamenu.c32\ntimeout 50\nlabel a\n kernel /v\n',
      { defaultEntry: 'a' },
      'default vesamenu.c32\ntimeout 50\nlabel a\n  menu default\n kernel /v\n',
    ],
    [
      'are set in systemd-boot',
      'loader',
      'timeout 3\n',
      { defaultEntry: 'arch.conf', timeout: 9 },
      'timeout 9\ndefault arch.conf\n',
    ],
  ] as const) {
    test(title, () => expect(changed(kind, text, changes)).toBe(expected));
  }
});

test('menus are known by their place and text', () => {
  const grub = 'menuentry x {\n linux /v\n}\n';
  const isolinux = 'default x\nlabel x\n kernel /v\n';
  expect([
    menuKindOf('boot/grub/grub.cfg', grub),
    menuKindOf('EFI/BOOT/BOOT.conf', grub),
    menuKindOf('isolinux/txt.cfg', isolinux),
    menuKindOf('boot/x86_64/loader/isolinux.cfg', isolinux),
    menuKindOf('loader/entries/01-arch.conf', 'title x\n'),
    menuKindOf('loader/loader.conf', 'timeout 3\n'),
    menuKindOf('etc/ks.cfg', '%packages\n%end\n'),
    menuKindOf('boot/grub/grub.bin', grub),
  ]).toEqual(['grub', 'grub', 'isolinux', 'isolinux', 'loader-entry', 'loader', undefined, undefined]);
});
