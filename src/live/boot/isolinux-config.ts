// isolinux.cfg and isolinux.msg: the boot menu of BIOS machines without GRUB.
// https://wiki.syslinux.org/wiki/index.php?title=Config

import type { MenuModel } from './menu.js';

/** How ISOLINUX shows the menu. */
export interface IsolinuxLook {
  /** Modules in the loader directory. */
  readonly modules: ReadonlySet<string>;
  /** Whether the loader directory has the files of a gfxboot theme. */
  readonly gfxboot: boolean;
  /** `800 600`. */
  readonly resolution: string;
}

interface Entry {
  /** The name of the entry, which can be typed: one word. */
  readonly label: string;
  /** The title in the menu. */
  readonly title: string;
  readonly options: string;
}

/** The configuration; ends with a line feed. */
export function renderIsolinux(menu: MenuModel, look: IsolinuxLook): string {
  const entries = entriesOf(menu);
  const lines = [
    // This must come first: output before it does not appear on the line.
    ...(usesSerial(menu) ? [serialLine(menu)] : []),
    '# Boot menu of this medium; written for this medium only.',
    'implicit 1',
    'prompt 1',
    'display isolinux.msg',
    `default ${entries[0]!.label}`,
    `timeout ${menu.timeoutSeconds * 10}`,
    ...userInterface(menu, look),
  ];
  const blocks = [
    lines,
    ...entries.map((entry) => linuxEntry(menu, entry)),
    ['label Boot_from_Hard_Disk', '  menu label Boot from Hard Disk', '  localboot 0x80'],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

/** The text above the prompt. */
export function renderIsolinuxMessage(menu: MenuModel): string {
  const labels = entriesOf(menu).map(({ label }) => label);
  return `${['Welcome !', '', ...labels, '', '', 'Have a lot of fun...'].join('\n')}\n`;
}

function entriesOf({ title, commandLines, failsafe, mediaCheck }: MenuModel): Entry[] {
  const shown = oneLine(title);
  const main = wordOf(shown);
  return [
    { label: main, title: shown, options: commandLines.normal },
    ...(failsafe
      ? [{ label: `Failsafe_--_${main}`, title: `Failsafe -- ${shown}`, options: commandLines.failsafe }]
      : []),
    ...(mediaCheck ? [{ label: 'Mediacheck', title: 'Mediacheck', options: commandLines.mediaCheck }] : []),
  ];
}

function linuxEntry(menu: MenuModel, { label, title, options }: Entry): string[] {
  const command = oneLine(options);
  const load = menu.hypervisor
    ? ['  kernel mboot.c32', `  append xen.gz --- linux ${command} showopts --- initrd showopts`]
    : ['  kernel linux', `  append initrd=initrd ${command} showopts`];
  // A caret would make the letter after it a key.
  return [`label ${label}`, `  menu label ${title.replaceAll('^', '')}`, ...load];
}

function userInterface(menu: MenuModel, { modules, gfxboot, resolution }: IsolinuxLook): string[] {
  const program = ['gfxboot.c32', 'gfxboot.com'].find((name) => modules.has(name));
  if (gfxboot && program !== undefined && !usesSerial(menu)) {
    return ['ui gfxboot bootlogo isolinux.msg', `menu resolution ${resolution}`];
  }
  // Without the module, names are typed at the prompt.
  return modules.has('menu.c32') ? ['ui menu.c32', `menu title ${oneLine(menu.title).replaceAll('^', '')}`] : [];
}

function usesSerial({ outputConsoles, inputConsoles }: MenuModel): boolean {
  return outputConsoles.includes('serial') || inputConsoles.includes('serial');
}

/** The line and its speed, from GRUB's command for the serial line; the rest are ISOLINUX's defaults. */
function serialLine({ serialLine: line }: MenuModel): string {
  const unit = /--unit[= ](\d)/.exec(line ?? '')?.[1] ?? '0';
  const speed = /--speed[= ](\d+)/.exec(line ?? '')?.[1] ?? '9600';
  return `serial ${unit} ${speed}`;
}

/** A line of the configuration is a command: no value may begin another one. */
function oneLine(text: string): string {
  return text.replace(/[ \t\r\n]+/g, ' ').replace(/^ | $/g, '');
}

/** A title as one word of printable ASCII, which can be typed and compared. */
function wordOf(title: string): string {
  const word = title
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/\s/g, '_');
  return word.replace(/[^\x21-\x7e]/g, '?').slice(0, 200) || 'Live';
}
