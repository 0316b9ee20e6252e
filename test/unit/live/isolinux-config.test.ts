import { expect, test } from 'vitest';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { commandLines } from '../../../src/live/boot/command-line.js';
import { renderIsolinux, renderIsolinuxMessage } from '../../../src/live/boot/isolinux-config.js';
import { findGfxboot, findIsolinux, withoutAutodown } from '../../../src/live/boot/isolinux-files.js';
import type { MenuModel } from '../../../src/live/boot/menu.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { type File, file } from '../../../src/tree/node.js';

const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));

const menu: MenuModel = {
  ...{
    mediumId: '0x5358326c',
    title: 'My  ^Live Système',
    loaderDirectory: '/boot/x86_64/loader',
    grubDirectory: 'grub',
  },
  ...{ timeoutSeconds: 0, timeoutStyle: 'menu', graphicsMode: 'auto', outputConsoles: ['gfxterm'] },
  ...{ inputConsoles: ['console'], serialLine: undefined, theme: undefined, failsafe: true, mediaCheck: true },
  ...{ hypervisor: false, linuxEfi: false },
  commandLines: commandLines({
    ...{ flags: 'overlay', options: 'quiet', volumeId: 'LIVE', persistent: false, persistentFileSystem: undefined },
    squashedRoot: false,
    overlayOption: 'rd.overlay',
  }),
};
const look = { modules: new Set(['menu.c32', 'gfxboot.c32']), gfxboot: false, resolution: '800 600' };

test('labels are words, titles are shown as they are, and no timeout is no timeout', () => {
  const lines = renderIsolinux(menu, look).split('\n');
  expect(lines).toEqual([
    '# Boot menu of this medium; written for this medium only.',
    ...['implicit 1', 'prompt 1', 'display isolinux.msg', 'default My_^Live_Systeme', 'timeout 0', 'ui menu.c32'],
    ...['menu title My Live Système', ''],
    ...['label My_^Live_Systeme', '  menu label My Live Système', '  kernel linux'],
    '  append initrd=initrd quiet root=live:CDLABEL=LIVE rd.live.image showopts',
    ...['', 'label Failsafe_--_My_^Live_Systeme', '  menu label Failsafe -- My Live Système', '  kernel linux'],
    '  append initrd=initrd quiet ide=nodma apm=off noresume edd=off nomodeset 3 root=live:CDLABEL=LIVE rd.live.image showopts',
    ...['', 'label Mediacheck', '  menu label Mediacheck', '  kernel linux'],
    '  append initrd=initrd mediacheck=1 plymouth.enable=0 quiet root=live:CDLABEL=LIVE rd.live.image showopts',
    ...['', 'label Boot_from_Hard_Disk', '  menu label Boot from Hard Disk', '  localboot 0x80', ''],
  ]);
  expect(renderIsolinuxMessage(menu)).toBe(
    'Welcome !\n\nMy_^Live_Systeme\nFailsafe_--_My_^Live_Systeme\nMediacheck\n\n\nHave a lot of fun...\n',
  );
});

test('a serial console is set up first, at the speed that GRUB would have', () => {
  const serial = { ...menu, outputConsoles: ['serial'], inputConsoles: ['serial'] };
  expect(renderIsolinux(serial, look)).toMatch(/^serial 0 9600\n/);
  const fast = { ...serial, serialLine: 'serial --unit=1 --speed=115200' };
  expect(renderIsolinux(fast, { ...look, gfxboot: true })).toMatch(/^serial 1 115200\n[\s\S]*ui menu\.c32/);
});

test('a theme brings the graphical menu, a tree without modules the prompt', () => {
  const themed = renderIsolinux(menu, { ...look, gfxboot: true, resolution: '1024 768' });
  expect(themed).toContain('ui gfxboot bootlogo isolinux.msg\nmenu resolution 1024 768\n');
  expect(renderIsolinux(menu, { ...look, modules: new Set() })).not.toMatch(/^ui /m);
});

test('Xen is started by mboot.c32', () => {
  const xen = renderIsolinux({ ...menu, hypervisor: true, failsafe: false, mediaCheck: false }, look);
  expect(xen).toContain(
    '  kernel mboot.c32\n  append xen.gz --- linux quiet root=live:CDLABEL=LIVE rd.live.image showopts --- initrd showopts\n',
  );
});

test('files are found in the directories of the distributions, and what is missing is named', async () => {
  const suse = FileTree.of({
    'usr/share/syslinux/isolinux.bin': text('ISOLINUX 4.04'),
    'usr/share/syslinux/menu.c32': text('menu'),
    'usr/share/syslinux/isohdpfx.bin': text('code'),
  });
  const { files, hybridMbr } = await findIsolinux(suse, true, quietRun());
  expect([...files.keys()]).toEqual(['isolinux.bin', 'menu.c32']);
  expect(hybridMbr).toEqual(new TextEncoder().encode('code'));
  const bare = FileTree.of({ 'usr/lib/ISOLINUX/isolinux.bin': text('ISOLINUX 6 ldlinux.c32') });
  await expect(findIsolinux(bare, false, quietRun())).rejects.toMatchObject({ code: 'live.no-isolinux' });
  await expect(findIsolinux(bare, false, quietRun())).rejects.toThrow(/ldlinux\.c32/);
  await expect(findIsolinux(FileTree.of({ etc: text('') }), false, quietRun())).rejects.toThrow(/isolinux\.bin/);
});

test('a gfxboot theme is its files, less the moving selection', async () => {
  const tree = FileTree.of({
    'etc/bootsplash/themes/oak/cdrom/gfxboot.cfg': text(
      '[base]\nx=1\n[install]\ntheme=oak\nautodown=1\n[boot]\nautodown=1\n',
    ),
    'etc/bootsplash/themes/oak/cdrom/bootlogo': text('logo'),
    'etc/bootsplash/themes/oak/cdrom/help/en.hlp': text('help'),
    'etc/bootsplash/themes/oak/bootloader/message': text('message'),
    'etc/bootsplash/themes/elm/cdrom/bootlogo': text('logo'),
  });
  const found = findGfxboot(tree, 'oak')!;
  expect([...found.files.keys(), found.hasLogo]).toEqual(['bootlogo', 'gfxboot.cfg', 'help', 'message', true]);
  expect([findGfxboot(tree, 'elm'), findGfxboot(tree, undefined)]).toEqual([undefined, undefined]);
  const config = Buffer.from(await collect((found.files.get('gfxboot.cfg') as File).content, quietRun())).toString();
  expect(withoutAutodown(config)).toBe('[base]\nx=1\n[install]\ntheme=oak\nautodown=0\n[boot]\nautodown=1\n');
  expect(withoutAutodown('[base]\n')).toBe('[base]\n\n[install]\nautodown=0\n');
  expect(withoutAutodown('[install]\n[boot]\n')).toBe('[install]\nautodown=0\n[boot]\n');
});
