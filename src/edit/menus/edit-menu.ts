// Changes the texts of boot menus.

import type { MenuKind } from '../../disc/index.js';
import { isolinuxArguments } from './isolinux-arguments.js';
import { type ArgumentChanges, grubArguments, loaderArguments } from './kernel-arguments.js';
import { type LabelChange, relabelled } from './labels.js';
import {
  grubDefault,
  grubTimeout,
  isolinuxDefault,
  isolinuxTimeout,
  loaderDefault,
  loaderTimeout,
  type MenuTimeout,
} from './menu-choice.js';

/** Changes of menus, with texts as bytes. */
export interface MenuChanges {
  readonly arguments: ArgumentChanges;
  /** The old and the new label of the medium. */
  readonly label: LabelChange | undefined;
  /** As the boot loader of the menu names it. */
  readonly defaultEntry: string | undefined;
  readonly timeout: MenuTimeout | undefined;
}

/** The text of a menu after the changes. */
export function editedMenu(kind: MenuKind, text: string, changes: MenuChanges): string {
  let result = text;
  const { defaultEntry, timeout, label } = changes;
  if (label) result = relabelled(kind, result, label);
  if (changes.arguments.add.length > 0 || changes.arguments.remove.length > 0) {
    if (kind === 'grub') result = grubArguments(result, changes.arguments);
    if (kind === 'isolinux') result = isolinuxArguments(result, changes.arguments);
    if (kind === 'loader-entry') result = loaderArguments(result, changes.arguments);
  }
  if (defaultEntry !== undefined) {
    if (kind === 'grub') result = grubDefault(result, defaultEntry);
    if (kind === 'isolinux') result = isolinuxDefault(result, defaultEntry);
    if (kind === 'loader') result = loaderDefault(result, defaultEntry);
  }
  if (timeout !== undefined) {
    if (kind === 'grub') result = grubTimeout(result, timeout);
    if (kind === 'isolinux') result = isolinuxTimeout(result, timeout);
    if (kind === 'loader') result = loaderTimeout(result, timeout);
  }
  return result;
}

/** Whether a menu has a line with kernel arguments, found by trying to add one. */
export function startsKernels(kind: MenuKind, text: string): boolean {
  const probe = { add: ['isopress.probe'], remove: [] };
  if (kind === 'grub') return grubArguments(text, probe) !== text;
  if (kind === 'isolinux') return isolinuxArguments(text, probe) !== text;
  return kind === 'loader-entry' && loaderArguments(text, probe) !== text;
}

/** Whether a menu has a timeout, or a place for one, found by trying to set one that no menu has. */
export function takesTimeout(kind: MenuKind, text: string): boolean {
  const probe = 1_000_000;
  if (kind === 'grub') return grubTimeout(text, probe) !== text;
  if (kind === 'isolinux') return isolinuxTimeout(text, probe) !== text;
  return kind === 'loader';
}
