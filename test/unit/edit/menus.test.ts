// Texts of boot menus after changes: every entry is changed, and all other bytes stay.
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { menuKindOf } from '../../../src/disc/index.js';
import { defaultEntry } from '../../../src/edit/menus/default-entry.js';
import { editedMenu, type MenuChanges } from '../../../src/edit/menus/edit-menu.js';
import { parseArgumentChanges } from '../../../src/edit/menus/kernel-arguments.js';

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
      'of ISOLINUX that are on the line of the kernel',
      'isolinux',
      'label x\n kernel /v quiet a=1\nlabel y\n linux /v quiet\n append c\nlabel z\n kernel /v q --- quiet\n append r\n',
      '+b +a=1 -quiet',
      'label x\n kernel /v a=1 b\nlabel y\n linux /v\n append c b a=1\nlabel z\n kernel /v q b a=1 ---\n append r\n',
    ],
    [
      'of ISOLINUX come after those of all entries',
      'isolinux',
      'append g\nlabel x\n kernel /v q\nlabel y\n kernel /v q\n append -\n',
      '+b',
      'append g b\nlabel x\n kernel /v q\nlabel y\n kernel /v q b\n append -\n',
    ],
    [
      'of the kernel that Xen starts from ISOLINUX, and of no other',
      'isolinux',
      'label x\n kernel mboot.c32\n append xen.gz dom0_mem=1G --- /v quiet a --- /i\nlabel y\n com32 /m/mboot.c32\n append /x/xen-4.gz\n' +
        'label z\n kernel mboot.c32 xen.gz --- /v\nlabel w\n kernel mboot.c32\n append -c boot.cfg --- /v\n',
      '+b -quiet',
      'label x\n kernel mboot.c32\n append xen.gz dom0_mem=1G --- /v a b --- /i\nlabel y\n com32 /m/mboot.c32\n append /x/xen-4.gz\n' +
        'label z\n kernel mboot.c32 xen.gz --- /v b\nlabel w\n kernel mboot.c32\n append -c boot.cfg --- /v\n',
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

describe('the entry and the time', () => {
  for (const [title, kind, text, changes, expected] of [
    [
      'are set in GRUB',
      'grub',
      'set default="0"\nif x; then\n  set timeout=30\nfi\nmenuentry a {\n}\nmenuentry b {\n}\n',
      { defaultEntry: 1, timeout: 0 },
      'set default=1\nif x; then\n  set timeout=0\nfi\nmenuentry a {\n}\nmenuentry b {\n}\n',
    ],
    [
      'are added to a menu of GRUB',
      'grub',
      'menuentry "a b" {\n}\n',
      { defaultEntry: 'a b', timeout: 5 },
      `set timeout=5\nset default='a b'\nmenuentry "a b" {\n}\n`,
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
      'are set in GRUB where several commands are on one line',
      'grub',
      `if [ -s x ]; then load_env; set default="\${saved_entry}"; else default=0; fi; set timeout="5" # y\nmenuentry a {\n}\n`,
      { defaultEntry: 'a', timeout: 7 },
      'if [ -s x ]; then load_env; set default=a; else default=a; fi; set timeout=7 # y\nmenuentry a {\n}\n',
    ],
    [
      'are set in ISOLINUX, which takes 0 for no timeout',
      'isolinux',
      'default a\ntimeout 50\nlabel a\n kernel /v\n',
      { timeout: 0 },
      'default a\ntimeout 1\nlabel a\n kernel /v\n',
    ],
    [
      'are never over in GRUB, which shows the menu',
      'grub',
      'set timeout_style=hidden\nset timeout=0\nmenuentry a {\n}\n',
      { timeout: 'never' },
      'set timeout_style=menu\nset timeout=-1\nmenuentry a {\n}\n',
    ],
    [
      'are never over in ISOLINUX, which prompts',
      'isolinux',
      'default a\nprompt 0\ntimeout 50\ntotaltimeout 900\nlabel a\n kernel /v\n',
      { timeout: 'never' },
      'default a\nprompt 1\ntimeout 0\ntotaltimeout 0\nlabel a\n kernel /v\n',
    ],
    [
      'are never over in ISOLINUX with a menu, which needs no prompt',
      'isolinux',
      'default vesamenu.c32\nprompt 0\nlabel a\n kernel /v\n',
      { timeout: 'never' },
      'timeout 0\ndefault vesamenu.c32\nprompt 0\nlabel a\n kernel /v\n',
    ],
    ['are never over in systemd-boot', 'loader', 'timeout 3\n', { timeout: 'never' }, 'timeout menu-force\n'],
    [
      'are set in systemd-boot',
      'loader',
      'timeout 3\n',
      { defaultEntry: 'arch.efi', timeout: 9 },
      'timeout 9\ndefault arch.efi\n',
    ],
  ] as const) {
    test(title, () => {
      const { defaultEntry: wanted, ...others }: { defaultEntry?: string | number; timeout?: number | 'never' } =
        changes;
      const menu = { path: fromText('menu.cfg'), kind, text };
      const found = wanted === undefined ? undefined : defaultEntry([menu], wanted).values.get(menu);
      expect(changed(kind, text, { ...others, defaultEntry: found })).toBe(expected);
    });
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
