// Choosing an entry of a boot menu on the serial port, and what the chosen system says.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Machine, type MachineOptions, startMachine } from './qemu.js';

/** In the order of the menu. */
const ENTRIES = ['default', 'failsafe', 'mediacheck'] as const;
export type MenuEntry = (typeof ENTRIES)[number];

const [NEXT, PREVIOUS, ENTER] = ['\x0e', '\x10', '\r'];
const MENU_SECONDS = 300;
const KEY_SECONDS = 5;
const TRIES = 20;
/** The last entry: with it the menu is complete. */
const COMPLETE = 'Boot from Hard Disk';

/**
 * Starts a machine and chooses the entry. UEFI reads the serial port as well and takes some of the keys, so GRUB's menu is
 * watched, and keys are typed again until they have done what they should. The caller stops the machine.
 */
export async function startEntry(options: MachineOptions, entry: MenuEntry): Promise<Machine> {
  const machine = startMachine(options);
  try {
    const wanted = ENTRIES.indexOf(entry);
    const menu = plainText(await machine.waitFor(COMPLETE, MENU_SECONDS));
    if (/^ *\*/m.test(menu) || menu.includes('GRUB')) await chooseInGrub(machine, wanted);
    else machine.type(`${NEXT.repeat(wanted)}${ENTER}`);
    return machine;
  } catch (error) {
    await machine.stop();
    throw error;
  }
}

async function chooseInGrub(machine: Machine, wanted: number): Promise<void> {
  for (let i = 0; i < TRIES; i++) {
    const before = await machine.waitFor('', 1);
    const at = selected(before);
    machine.type(at < wanted ? NEXT : at > wanted ? PREVIOUS : ENTER);
    for (let waited = 0; waited < KEY_SECONDS * 10; waited++) {
      const now = (await machine.waitFor('', 1)).slice(before.length);
      if (/Loading |EFI stub|Linux version/.test(now)) return;
      if (at !== wanted && selected(before + now) !== at) break;
      await sleep(100);
    }
  }
  throw new Error(`GRUB's menu did not follow the keys: ${plainText(await machine.waitFor('', 1)).slice(-2000)}`);
}

/** The entry with GRUB's asterisk. */
function selected(log: string): number {
  const titles = [...plainText(log).matchAll(/\*(\S[^\n*]*?) {2}/g)];
  const title = titles.at(-1)?.[1] ?? '';
  if (title.startsWith('Failsafe')) return 1;
  if (title.startsWith('Mediacheck')) return 2;
  return title === COMPLETE ? 3 : 0;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences start with a control character
const ESCAPE_SEQUENCE = /\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])/g;

/** The serial output as text, without colours and cursor movements. */
export function plainText(log: string): string {
  return log.replace(ESCAPE_SEQUENCE, '');
}
