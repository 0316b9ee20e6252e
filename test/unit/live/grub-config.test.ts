import { expect, test } from 'vitest';
import { commandLines } from '../../../src/live/boot/command-line.js';
import { renderEarlyConfig, renderForwardingConfig, renderMenu } from '../../../src/live/boot/grub-config.js';
import type { MenuModel } from '../../../src/live/boot/menu.js';
import { judge, oracle } from '../../support/oracle.js';

const menu: MenuModel = {
  mediumId: '0x5358326c',
  title: "It's a live system",
  loaderDirectory: '/boot/x86_64/loader',
  grubDirectory: 'grub',
  timeoutSeconds: 5,
  timeoutStyle: 'menu',
  graphicsMode: 'auto',
  outputConsoles: ['gfxterm', 'serial'],
  inputConsoles: ['console', 'serial'],
  serialLine: 'serial --speed=115200',
  theme: 'oak',
  commandLines: commandLines({
    flags: 'overlay',
    options: ' quiet  dyndbg="file a.c +p; file b.c +p" ',
    volumeId: 'LIVE',
    persistent: true,
    persistentFileSystem: 'xfs',
    squashedRoot: false,
    overlayOption: 'rd.overlay',
  }),
  failsafe: true,
  mediaCheck: true,
  hypervisor: false,
  linuxEfi: false,
};

test('the command lines hold the live options after those of the description', () => {
  const { normal, failsafe, mediaCheck } = commandLines({
    flags: 'overlay',
    options: 'quiet',
    volumeId: 'CDROM',
    persistent: false,
    persistentFileSystem: undefined,
    squashedRoot: false,
    overlayOption: 'rd.overlay',
  });
  expect(normal).toBe('quiet root=live:CDLABEL=CDROM rd.live.image');
  expect(failsafe).toBe('quiet ide=nodma apm=off noresume edd=off nomodeset 3 root=live:CDLABEL=CDROM rd.live.image');
  expect(mediaCheck).toBe('mediacheck=1 plymouth.enable=0 quiet root=live:CDLABEL=CDROM rd.live.image');
  expect(menu.commandLines.normal).toMatch(/rd\.live\.overlay\.persistent rd\.live\.overlay\.cowfs=xfs$/);
});

test('each live module gets its own option for the check', () => {
  const request = {
    options: '',
    volumeId: 'CDROM',
    persistent: false,
    persistentFileSystem: undefined,
    squashedRoot: false,
    overlayOption: 'rd.overlay' as const,
  };
  const { mediaCheck } = commandLines({ flags: 'dmsquash', ...request });
  expect(mediaCheck).toBe('rd.live.check plymouth.enable=0 root=live:CDLABEL=CDROM rd.live.image');
});

test('dmsquash-live gets the option for a squashfs that is the root itself, once', () => {
  const request = { volumeId: 'CDROM', persistent: false, persistentFileSystem: undefined, squashedRoot: true };
  const old = 'rd.live.overlay.overlayfs=1' as const;
  const newer = 'rd.overlay' as const;
  const normal = (flags: 'overlay' | 'dmsquash', options: string, overlayOption: typeof old | typeof newer = old) =>
    commandLines({ flags, options, ...request, overlayOption }).normal;
  const live = 'root=live:CDLABEL=CDROM rd.live.image';
  expect(normal('dmsquash', '')).toBe(`${live} ${old}`);
  expect(normal('dmsquash', '', newer)).toBe(`${live} ${newer}`);
  for (const said of [
    'rd.live.overlay.overlayfs=0',
    'rd.live.overlay.overlayfs',
    'rd.overlay=LABEL=x:/y',
    'rd.overlay',
  ]) {
    for (const option of [old, newer] as const) expect(normal('dmsquash', said, option)).toBe(`${said} ${live}`);
  }
  expect(normal('dmsquash', 'rd.overlay.size=100')).toBe(`rd.overlay.size=100 ${live} ${old}`);
  expect(normal('overlay', '')).toBe(live);
});

test('entries come in order, titles and options survive quoting', () => {
  const text = renderMenu(menu);
  const titles = [...text.matchAll(/^menuentry (.*) --class/gm)].map((match) => match[1]);
  expect(titles).toEqual([
    "'It'\\''s a live system'",
    "'Failsafe -- It'\\''s a live system'",
    "'Mediacheck'",
    "'Boot from Hard Disk'",
  ]);
  expect(text).toContain("quiet 'dyndbg=file a.c +p; file b.c +p' root=live:CDLABEL=LIVE");
  expect(text).toContain('terminal_input console serial\nterminal_output gfxterm serial\n');
  expect(text).toContain('($root)/boot/grub/themes/oak/DejaVuSans10.pf2');
  expect(text.indexOf('serial --speed=115200')).toBeLessThan(text.indexOf('terminal_input'));
});

test('without failsafe, media check and graphics there is nothing of them', () => {
  const text = renderMenu({
    ...menu,
    failsafe: false,
    mediaCheck: false,
    outputConsoles: ['console'],
    theme: undefined,
  });
  expect(text).not.toMatch(/Failsafe|Mediacheck|gfxmode|hiddenentry|theme/);
});

test('a boot image first looks for its medium by id', () => {
  const early = 'search --file --set=root /boot/0x5358326c\nset prefix=($root)/boot/grub2\n';
  expect(renderEarlyConfig('0x5358326c', 'grub2')).toBe(early);
  expect(renderForwardingConfig('0x5358326c', 'grub2')).toBe(`${early}configfile ($root)/boot/grub2/grub.cfg\n`);
});

oracle('grub-script-check')('the menu is a script that GRUB accepts', () => {
  const { status, stdout, stderr } = judge('grub-script-check', ['-v'], { input: renderMenu(menu) });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toContain('Boot from Hard Disk');
});
