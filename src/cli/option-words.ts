// The command's words for the options that texts of the library name as properties.

import type { Command } from 'commander';
import type { Message, OptionReference } from '../errors.js';

/** Flags that are not simply the name of the property in small letters and hyphens. */
const FLAGS: Readonly<Record<string, string>> = {
  alignTo: 'align',
  architecture: 'target-arch',
  bundleDirectory: 'bundle-dir',
  dictionarySize: 'dict-size',
  digests: 'digest',
  extreme: 'level',
  format: 'bundle-format',
  'initrd.compression': 'initrd-compression',
  'initrd.file': 'initrd',
  ownership: 'owner',
  padBlocks: 'pad',
  padTo: 'pad',
  profiles: 'profile',
  root: 'root',
  signing: 'sign-with',
  tailPacking: 'tailends',
  targetDirectory: 'target-dir',
  typeAttributes: 'set-type-attr',
  windowBits: 'window-size',
  // Where the library hands out lines, the command shows them.
  log: 'verbose',
};

/** `{ option: 'mediaCheck', value: 'suse' }` → `--media-check suse`; `{ option: 'compress', value: false }` → `--no-compress`. */
export function optionFlag({ option, value }: OptionReference): string {
  const name = FLAGS[option] ?? option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === false) return `--no-${name}`;
  return value === undefined || value === true ? `--${name}` : `--${name} ${value}`;
}

/** By which options of another program values were given, without those that an option of the command overrides. */
export function classicSpelling(
  command: Command,
  spelled: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  return new Map([...spelled].filter(([key]) => command.getOptionValueSource(key) !== 'cli'));
}

/** A text of the library as the command says it. */
export function spelled(text: Message): string {
  return typeof text === 'string' ? text : text.spelled(optionFlag);
}
