// The command of a boot menu that sets up a serial line, from a description.

import { InvalidInputError } from '../../errors.js';
import { type LiveDescription, placeOf } from '../description/index.js';

/** GRUB's command and its arguments. The line goes into the menu unquoted, so nothing else is allowed. */
const SERIAL_COMMAND = /^serial( [\w.,:=/+@%^~-]+)*$/;

/** Throws {@link InvalidInputError} `live.menu-text` for a line that would act as other commands in a menu. */
export function checkSerialLine(description: LiveDescription): void {
  const line = description.bootloader.serial_line;
  if (line === undefined || SERIAL_COMMAND.test(line.trim())) return;
  throw new InvalidInputError('live.menu-text', `serial_line="${line}" is not the command "serial" with its options.`, {
    ...placeOf(description, 'serial_line'),
    hint: 'Write it as in: serial --unit=0 --speed=115200.',
  });
}
