// The attributes of <bootloader>, of the old spelling (console, until 8.3) and the new one (output_console, input_console).

import { inert, read, readOr, refused, type Values } from './rows.js';
import { anyText, bool, integer, listOf, oneOf } from './values.js';

const outputs = ['console', 'gfxterm', 'serial', 'vga_text', 'mda_text', 'morse', 'spkmodem', 'none'] as const;
const inputs = ['console', 'serial', 'at_keyboard', 'usb_keyboard', 'none'] as const;

/** https://osinside.github.io/kiwi/image_description/elements.html, "bootloader". */
export const bootloaderTable = {
  name: readOr(
    oneOf('grub2', 'isolinux', 'systemd_boot', 'custom', 'zipl', 'grub2_s390x_emu'),
    'grub2',
    'On live media the firmware decides; only systemd_boot asks for another loader.',
  ),
  console: read(listOf('console', 'gfxterm', 'serial'), 'Terminals of the menu, both ways (schemas before 8.4).'),
  output_console: read(listOf(...outputs), 'Terminals the menu is shown on.'),
  input_console: read(listOf(...inputs), 'Terminals the menu is operated from.'),
  serial_line: read(anyText, 'The whole GRUB command that sets up the serial line.'),
  timeout: readOr(integer(0, 0x7fffffff), 10, 'Seconds until the first entry boots.'),
  timeout_style: readOr(oneOf('countdown', 'hidden', 'menu'), 'menu', 'What is shown meanwhile.'),
  video_mode: read(anyText, 'GRUB graphics mode (schemas from 8.5).'),
  grub_template: refused(anyText, 'custom GRUB templates are not read.', ['']),
  bls: inert(bool, 'Live media have no boot loader specification entries.'),
  use_disk_password: inert(bool, 'Only for encrypted disks.'),
  targettype: inert(anyText, 'Only for zipl.'),
};

export type BootloaderAttributes = Values<typeof bootloaderTable>;
