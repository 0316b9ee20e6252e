// A menu that the description brings: a file in which KIWI's placeholders are replaced.

import { stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError, IsopressError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { type LiveDescription, placeOf } from '../description/index.js';
import { readSmallFile } from '../files/read-small-file.js';
import { ScriptWriter } from './grub-script.js';
import type { MenuModel } from './menu.js';
import { substitute } from './template.js';

/** Bytes of a template. */
const LARGEST = 1024 * 1024;

/**
 * The template's path, from the directory of the description; undefined if the description names none. Throws
 * {@link InvalidInputError} `live.template` if there is no such file.
 */
export async function findTemplate(description: LiveDescription): Promise<string | undefined> {
  const { grub_template: named } = description.bootloader;
  if (named === undefined || named === '') return undefined;
  const path = resolve(dirname(description.path), named);
  const found = await stat(path).catch(() => undefined);
  // A file that cannot be read is reported by its reader.
  if (found) return path;
  throw new InvalidInputError('live.template', `The menu template grub_template="${named}" does not exist.`, {
    ...placeOf(description, 'grub_template'),
    hint: `Looked for ${path}.`,
  });
}

/**
 * Reads the file and replaces its placeholders. Throws {@link SourceError} if it cannot be read, and {@link InvalidInputError}
 * `live.template` for what is not a menu.
 */
export async function renderTemplate(path: string, menu: MenuModel, efiFile: string): Promise<string> {
  const refuse = () => {
    const message = `The menu template is not a regular file of at most ${LARGEST} bytes.`;
    return new InvalidInputError('live.template', message, { path });
  };
  const bytes = await readSmallFile(path, LARGEST, refuse).catch((error) => {
    throw error instanceof IsopressError ? error : sourceError(fromText(path), error);
  });
  const text = Buffer.from(bytes).toString('utf8');
  const script = new ScriptWriter();
  return substitute(text, templateValues(menu, efiFile), path, (value, before) => {
    script.pass(before);
    return script.value(value);
  });
}

/** The placeholders by their names. */
export function templateValues(menu: MenuModel, efiFile: string): Readonly<Record<string, string>> {
  const usesSerial = menu.outputConsoles.includes('serial') || menu.inputConsoles.includes('serial');
  return {
    search_params: `--file --set=root /boot/${menu.mediumId}`,
    default_boot: '0',
    kernel_file: 'linux',
    initrd_file: 'initrd',
    boot_options: menu.commandLines.normal,
    failsafe_boot_options: menu.commandLines.failsafe,
    gfxmode: menu.graphicsMode,
    theme: menu.theme ?? 'None',
    boot_timeout: String(menu.timeoutSeconds),
    boot_timeout_style: menu.timeoutStyle,
    serial_line_setup: usesSerial ? (menu.serialLine ?? 'serial') : '',
    title: menu.title,
    bootpath: menu.loaderDirectory,
    boot_directory_name: menu.grubDirectory,
    efi_image_name: efiFile,
    terminal_input: menu.inputConsoles.join(' '),
    terminal_output: menu.outputConsoles.join(' '),
    ...(menu.hypervisor ? { hypervisor: 'xen.gz' } : {}),
  };
}
