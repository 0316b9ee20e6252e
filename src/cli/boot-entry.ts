// `--boot-entry platform=efi,path=boot/efi.img,…`: one entry of the boot catalog on the command line.

import { InvalidArgumentError } from 'commander';
import type { BootEntryOptions, Emulation, Platform } from '../disc/index.js';

const PLATFORMS: readonly Platform[] = ['bios', 'powerpc', 'mac', 'efi'];
const EMULATIONS: readonly Emulation[] = ['none', 'floppy', 'hard-disk'];

/** A boot entry whose image is a path of the tree, or a file outside it. */
export interface GivenBootEntry extends Omit<BootEntryOptions, 'image'> {
  readonly image: string | { readonly file: string };
}

type Setting = (value: string) => Partial<GivenBootEntry>;

const SETTINGS: Readonly<Record<string, Setting>> = {
  platform: (value) => ({ platform: oneOf(PLATFORMS, value) }),
  path: (value) => ({ image: value }),
  file: (value) => ({ image: { file: value } }),
  emulation: (value) => ({ emulation: oneOf(EMULATIONS, value) }),
  'load-sectors': (value) => ({ loadSectors: numberOf(value) }),
  'load-segment': (value) => ({ loadSegment: numberOf(value) }),
  id: (value) => ({ id: value }),
  criteria: (value) => ({ criteria: hexBytes(value) }),
  'boot-info-table': (value) => ({ bootInfoTable: yes(value) }),
  'grub2-boot-info': (value) => ({ grub2BootInfo: yes(value) }),
  'not-bootable': (value) => ({ bootable: !yes(value) }),
};

/** The value in `--help`. */
export const BOOT_ENTRY_HELP =
  'one more boot entry, of comma-separated settings: platform=bios|efi|powerpc|mac, path=PATH in the tree or file=FILE ' +
  'that no directory shows or path=appended-esp, emulation=none|floppy|hard-disk, load-sectors=N, load-segment=N, ' +
  'id=TEXT, criteria=HEX, boot-info-table, grub2-boot-info, not-bootable';

/** Adds the entry that `text` describes. Throws `InvalidArgumentError` for an invalid entry. */
export function parseBootEntry(text: string, before: readonly GivenBootEntry[] = []): GivenBootEntry[] {
  let entry: Partial<GivenBootEntry> = {};
  for (const part of text.split(',')) {
    const equals = part.indexOf('=');
    const [key, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    const setting = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (!setting)
      throw new InvalidArgumentError(`"${key}" is not a setting. Settings: ${Object.keys(SETTINGS).join(', ')}.`);
    entry = { ...entry, ...setting(value) };
  }
  const { platform = 'bios', image } = entry;
  if (image === undefined) throw new InvalidArgumentError('It needs an image: path=… or file=….');
  return [...before, { ...entry, platform, image }];
}

function oneOf<T extends string>(names: readonly T[], value: string): T {
  const found = names.find((name) => name === value);
  if (!found) throw new InvalidArgumentError(`"${value}" is not one of ${names.join(', ')}.`);
  return found;
}

function numberOf(value: string): number {
  if (!/^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(value))
    throw new InvalidArgumentError(`"${value}" is not a number up to 65535.`);
  return Number(value);
}

function hexBytes(value: string): Uint8Array {
  if (!/^([0-9a-f]{2})+$/i.test(value))
    throw new InvalidArgumentError(`"${value}" is not a sequence of hexadecimal bytes.`);
  return Uint8Array.from(value.match(/../g)!, (digits) => Number.parseInt(digits, 16));
}

function yes(value: string): boolean {
  if (value !== '') throw new InvalidArgumentError('A setting that is on or off takes no value.');
  return true;
}
