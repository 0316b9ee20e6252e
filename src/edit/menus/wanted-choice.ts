// Whether the menus of a disc have the entry, the timeout and the label that an edit asks for.

import { type ByteString, displayText } from '../../bytes/index.js';
import type { MenuKind } from '../../disc/index.js';
import type { LossLog } from '../../tree/index.js';
import type { DefaultOfMenu } from '../layout.js';
import { type DefaultEntry, defaultEntry } from './default-entry.js';
import { type MenuText, menuPath } from './disc-files.js';
import { type MenuChanges, takesTimeout } from './edit-menu.js';
import { mayMiss } from './labels.js';
import type { MenuTimeout } from './menu-choice.js';

/** Changes of menus as they are asked for. */
export interface AskedMenuChanges extends Omit<MenuChanges, 'defaultEntry'> {
  /** Number from 0, or a title, a label or an identifier. */
  readonly defaultEntry: string | number | undefined;
}

const NO_SUCH_ENTRY = 'No menu shows such an entry by its title, label, identifier or number, so all stay as they are.';

const NO_TIMEOUT = 'No menu of the disc has a timeout that could be changed.';

const ESCAPED_LABEL =
  'The system may not find the disc by this label: GRUB or dracut change the escapes for its blanks and special characters.';

const LACKING = 'These menus do not have the entry, by the rules of their boot loaders, and stay as they are.';

const UNNUMBERED =
  'systemd-boot knows its entries by the names of their files, not by numbers; its menu is left as it is.';

/** The entry, the time and the label that are asked for, and whether the menus have them. */
export class WantedChoice {
  readonly #entry: DefaultEntry | undefined;
  readonly #wanted: string | number | undefined;
  readonly #timeout: MenuTimeout | undefined;
  readonly #label: string | undefined;
  #mayMiss = false;
  readonly #hasTimeout: boolean;

  constructor(menus: readonly MenuText[], { defaultEntry: wanted, timeout, label }: AskedMenuChanges) {
    this.#wanted = wanted;
    this.#entry = wanted === undefined ? undefined : defaultEntry(menus, wanted);
    this.#timeout = timeout;
    this.#label = label?.to;
    this.#hasTimeout = menus.some(({ kind, text }) => takesTimeout(kind, text));
  }

  /** The default entry of a menu, in its own spelling. */
  entryOf(menu: MenuText): string | undefined {
    return this.#entry?.values.get(menu);
  }

  /** The menus with the entry; undefined if none is asked for. */
  defaults(): DefaultOfMenu[] | undefined {
    return this.#entry?.having.map((menu) => ({
      menu: `/${displayText(menuPath(menu))}`,
      entry: displayText(this.#entry!.values.get(menu)! as ByteString),
    }));
  }

  /** Takes note of a menu after its edit. */
  lookAt(kind: MenuKind, edited: string): void {
    this.#mayMiss ||= this.#label !== undefined && mayMiss(kind, edited, this.#label);
  }

  reportMissing(losses: LossLog): void {
    const timeout = this.#timeout;
    if (this.#entry) {
      const shown = displayText(String(this.#wanted) as ByteString);
      const { having, lacking } = this.#entry;
      const isNumber = typeof this.#wanted === 'number' && lacking.every(({ kind }) => kind === 'loader');
      const message = isNumber ? UNNUMBERED : LACKING;
      if (having.length === 0) losses.addValue('edit.default-entry', NO_SUCH_ENTRY, shown);
      else for (const menu of lacking) losses.add('edit.default-entry', message, menuPath(menu));
    }
    if (this.#mayMiss) losses.addValue('edit.label', ESCAPED_LABEL, this.#label!);
    if (timeout !== undefined && !this.#hasTimeout)
      losses.addValue('edit.timeout', NO_TIMEOUT, timeout === 'never' ? timeout : `${timeout} s`);
  }
}
