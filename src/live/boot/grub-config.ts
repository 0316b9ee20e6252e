// grub.cfg: the boot menu of the medium, rendered from plain data. https://www.gnu.org/software/grub/manual/grub/

import { literal, quoted, words } from './grub-script.js';
import type { MenuModel } from './menu.js';

/** The complete configuration; ends with a line feed. */
export function renderMenu(menu: MenuModel): string {
  const blocks = [
    ['# Boot menu of this medium; written for this medium only.'],
    searchMedium(menu.mediumId),
    ['set default=0', `set timeout=${menu.timeoutSeconds}`, `set timeout_style=${menu.timeoutStyle}`],
    // Set by tools that boot this medium from a file on a disk (loopback.cfg).
    ['if [ -n "$iso_path" ]; then', '  isoboot="iso-scan/filename=$iso_path"', 'fi'],
    ...(menu.linuxEfi && !menu.hypervisor ? [linuxCommands] : []),
    ...(menu.hypervisor ? [xenCommands] : []),
    terminals(menu),
    ...entries(menu),
  ];
  return `${blocks.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/**
 * The first commands of a boot image made here: they find the medium. GRUB then enters normal mode and reads the
 * menu from the prefix; a menu called from here would run before normal mode, where commands do not load their modules.
 */
export function renderEarlyConfig(mediumId: string, grubDirectory: string): string {
  return `${[...searchMedium(mediumId), `set prefix=($root)/boot/${grubDirectory}`].join('\n')}\n`;
}

/** The configuration next to a ready-made GRUB, which reads it in normal mode: it finds the medium, then its menu. */
export function renderForwardingConfig(mediumId: string, grubDirectory: string): string {
  return `${renderEarlyConfig(mediumId, grubDirectory)}configfile ($root)/boot/${grubDirectory}/grub.cfg\n`;
}

/** For tools that boot the ISO file itself: they set root and iso_path, and source this. */
export function renderLoopbackConfig(grubDirectory: string): string {
  return `source /boot/${grubDirectory}/grub.cfg\n`;
}

/** A GRUB that checks signatures only through shim has separate commands to start Linux on EFI machines. */
const linuxCommands = [
  'set linux=linux',
  'set initrd=initrd',
  'if [ "$grub_platform" = "efi" ]; then',
  '  set linux=linuxefi',
  '  set initrd=initrdefi',
  'fi',
];

/** Xen takes the first protocol on BIOS machines, and needs the second on EFI machines to find their tables. */
const xenCommands = [
  'set multiboot=multiboot',
  'set module=module',
  'if [ "$grub_platform" = "efi" ]; then',
  '  set multiboot=multiboot2',
  '  set module=module2',
  'fi',
];

function searchMedium(mediumId: string): string[] {
  return [`search --file --set=root /boot/${mediumId}`];
}

function terminals(menu: MenuModel): string[] {
  const lines: string[] = [];
  const graphical = menu.outputConsoles.includes('gfxterm');
  if (graphical) lines.push(...graphics(menu));
  if (menu.outputConsoles.includes('serial') || menu.inputConsoles.includes('serial')) {
    lines.push(menu.serialLine ?? 'serial');
  }
  lines.push(`terminal_input ${menu.inputConsoles.join(' ')}`, `terminal_output ${menu.outputConsoles.join(' ')}`);
  return lines;
}

function graphics(menu: MenuModel): string[] {
  const lines = [
    'if [ "$grub_platform" = "efi" ]; then',
    '  echo "Please press \'t\' to show the boot menu on this console"',
    'fi',
    `set gfxmode=${literal(menu.graphicsMode)}`,
    'insmod all_video',
    'insmod gfxterm',
    `set font=($root)${menu.loaderDirectory}/${menu.grubDirectory}/fonts/unicode.pf2`,
    'if [ -f $font ]; then',
    '  loadfont $font',
    'fi',
  ];
  if (menu.theme === undefined) return lines;
  const directory = `($root)/boot/${menu.grubDirectory}/themes/${literal(menu.theme)}`;
  for (const font of ['ascii', 'DejaVuSans-Bold14', 'DejaVuSans10', 'DejaVuSans12']) {
    lines.push(`if [ -f ${directory}/${font}.pf2 ]; then`, `  loadfont ${directory}/${font}.pf2`, 'fi');
  }
  lines.push(`if [ -f ${directory}/theme.txt ]; then`, `  set theme=${directory}/theme.txt`, 'fi');
  return lines;
}

function entries(menu: MenuModel): string[][] {
  const { normal, failsafe, mediaCheck } = menu.commandLines;
  const result = [linuxEntry(menu, menu.title, normal)];
  if (menu.failsafe) result.push(linuxEntry(menu, `Failsafe -- ${menu.title}`, failsafe));
  if (menu.mediaCheck) result.push(linuxEntry(menu, 'Mediacheck', mediaCheck));
  result.push(["menuentry 'Boot from Hard Disk' --class os --unrestricted {", '  exit', '}']);
  if (menu.outputConsoles.includes('gfxterm')) {
    result.push([
      'if [ "$grub_platform" = "efi" ]; then',
      "  hiddenentry 'Text mode' --hotkey 't' {",
      '    set textmode=true',
      '    terminal_output console',
      '  }',
      'fi',
    ]);
  }
  return result;
}

function linuxEntry(menu: MenuModel, title: string, options: string): string[] {
  return [
    `menuentry ${quoted(title)} --class os --unrestricted {`,
    '  set gfxpayload=keep',
    ...(menu.hypervisor ? xenLines(menu, options) : linuxLines(menu, options)),
    '}',
  ];
}

function linuxLines(menu: MenuModel, options: string): string[] {
  const [linux, initrd] = menu.linuxEfi ? ['$linux', '$initrd'] : ['linux', 'initrd'];
  return [
    "  echo 'Loading kernel...'",
    `  ${linux} ($root)${menu.loaderDirectory}/linux $extra_cmdline $isoboot ${words(options)}`,
    "  echo 'Loading initrd...'",
    `  ${initrd} ($root)${menu.loaderDirectory}/initrd`,
  ];
}

/** The word "dummy" is in the place of the module's name, which Xen skips. */
function xenLines({ loaderDirectory }: MenuModel, options: string): string[] {
  return [
    "  echo 'Loading hypervisor...'",
    `  $multiboot ($root)${loaderDirectory}/xen.gz dummy`,
    "  echo 'Loading kernel...'",
    `  $module ($root)${loaderDirectory}/linux dummy $isoboot ${words(options)}`,
    "  echo 'Loading initrd...'",
    `  $module ($root)${loaderDirectory}/initrd dummy`,
  ];
}
