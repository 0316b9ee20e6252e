// The attributes of <bootloader>, over all generations. Before 7.2 the element did not exist: its settings were
// attributes of <type>.

import type { Span } from './generations.js';
import { inert, read, readOr, required, type Values } from './rows.js';
import { anyText, bool, changing, integer, listOf, oneOf } from './values.js';

const outputs = ['console', 'gfxterm', 'serial', 'vga_text', 'mda_text', 'morse', 'spkmodem', 'none'] as const;
const inputs = ['console', 'serial', 'at_keyboard', 'usb_keyboard', 'none'] as const;
const since10: Span = { since: 'kiwi-10' };

const names = ['grub2', 'isolinux', 'systemd_boot', 'custom', 'zipl', 'grub2_s390x_emu'] as const;
type LoaderName = (typeof names)[number];

/** https://osinside.github.io/kiwi/image_description/elements.html, "bootloader". */
export const bootloaderTable = {
  name: required(
    readOr(
      changing<LoaderName>(
        ['kiwi-9.11', oneOf(...names)],
        ['kiwi-9.24', oneOf('grub2', 'isolinux', 'systemd_boot', 'custom', 'grub2_s390x_emu')],
        ['kiwi-10', oneOf('grub2', 'systemd_boot', 'custom', 'zipl', 'grub2_s390x_emu')],
      ),
      'grub2',
      'On live media the firmware decides; only systemd_boot asks for another loader.',
    ),
  ),
  console: read(listOf('console', 'gfxterm', 'serial'), 'Terminals of the menu, for input and output.', {
    until: 'kiwi-9.24',
  }),
  output_console: read(listOf(...outputs), 'Terminals that show the menu.', since10),
  input_console: read(listOf(...inputs), 'Terminals that operate the menu.', since10),
  serial_line: read(anyText, 'The complete GRUB command that sets up the serial line.'),
  timeout: readOr(integer(0, 0x7fffffff), 10, 'Seconds until the first entry boots.'),
  timeout_style: readOr(
    changing<'countdown' | 'hidden' | 'menu'>(
      ['kiwi-9.20', oneOf('countdown', 'hidden')],
      ['kiwi-9.24', oneOf('countdown', 'hidden', 'menu')],
    ),
    'menu',
    'Whether the countdown is shown.',
  ),
  video_mode: read(anyText, 'GRUB graphics mode.', since10),
  grub_template: read(anyText, 'File next to the description that replaces the built-in menu.', { since: 'kiwi-9.24' }),
  bls: inert(bool, 'Live media have no boot loader specification entries.', since10),
  use_disk_password: inert(bool, 'Only for encrypted disks.', { since: 'kiwi-9.24' }),
  targettype: inert(
    changing<string>(['kiwi-9.11', oneOf('FBA', 'SCSI', 'CDL')], ['kiwi-10', oneOf('FBA', 'SCSI', 'CDL', 'GPT')]),
    'Only for zipl.',
  ),
};

/** Attributes of `<bootloader>` by their names. */
export type BootloaderAttributes = Values<typeof bootloaderTable>;
