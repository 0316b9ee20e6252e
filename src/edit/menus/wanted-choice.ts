// Whether the menus of a disc have the entry, the timeout and the label that an edit asks for.

import { type ByteString, displayText } from '../../bytes/index.js';
import type { MenuKind } from '../../disc/index.js';
import type { LossLog } from '../../tree/index.js';
import { type MenuChanges, takesTimeout } from './edit-menu.js';
import { mayMiss } from './labels.js';
import { entryNames } from './menu-choice.js';

const NO_SUCH_ENTRY =
  'No menu shows such an entry by its title, label, identifier or number, so menus start their first one.';

const NO_TIMEOUT = 'No menu of the disc has a timeout that could be changed.';

const ESCAPED_LABEL =
  'The system may not find the disc by this label: GRUB or dracut change the escapes for its blanks and special characters.';

/** Finds out whether any menu has the entry that becomes the default, whether any has a timeout, and how the label is written. */
export class WantedChoice {
  readonly #wanted: string | number | undefined;
  readonly #timeout: number | undefined;
  #isFound = false;
  #hasTimeout = false;
  #count = 0;
  readonly #label: string | undefined;
  #mayMiss = false;

  constructor({ defaultEntry, timeout, label }: MenuChanges) {
    this.#wanted = defaultEntry;
    this.#timeout = timeout;
    this.#label = label?.to;
  }

  /** Takes note of a menu after its edit. */
  lookAt(kind: MenuKind, edited: string): void {
    this.#mayMiss ||= this.#label !== undefined && mayMiss(kind, edited, this.#label);
  }

  lookIn(path: string, kind: MenuKind, text: string): void {
    this.#hasTimeout ||= takesTimeout(kind, text);
    const wanted = this.#wanted;
    // systemd-boot takes names of files and patterns of them.
    if (wanted === undefined || kind === 'loader') return;
    if (kind === 'loader-entry')
      this.#isFound ||= typeof wanted === 'number' || /[*?[]/.test(wanted) || path.includes(wanted);
    else {
      const names = entryNames(kind, text);
      this.#count = Math.max(this.#count, names.length);
      // GRUB evaluates variables in titles, and `>` leads into a submenu.
      const name = String(wanted).split('>').at(-1)!.toLowerCase();
      this.#isFound ||= names.some((one) => one.includes('$') || one.toLowerCase() === name);
    }
    const number = /^\d+$/.test(String(wanted)) ? Number(wanted) : undefined;
    this.#isFound ||= number !== undefined && number < this.#count;
  }

  reportMissing(losses: LossLog): void {
    const wanted = this.#wanted;
    if (wanted !== undefined && !this.#isFound) {
      losses.addValue('edit.default-entry', NO_SUCH_ENTRY, displayText(String(wanted) as ByteString));
    }
    const timeout = this.#timeout;
    if (this.#mayMiss) losses.addValue('edit.label', ESCAPED_LABEL, this.#label!);
    if (timeout !== undefined && !this.#hasTimeout) losses.addValue('edit.timeout', NO_TIMEOUT, `${timeout} s`);
  }
}
