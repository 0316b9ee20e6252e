// Boot menus: the kernels, initrds and command lines of their entries, and how they find the medium. Words with variables are ignored,
// because only the boot loader knows their values.

import { commandsOf, grubPath, labelAfter } from '../disc/index.js';

/** An entry of a menu, or a command outside of entries. */
export interface MenuEntry {
  /** Line of the kernel, from 1. */
  readonly line: number;
  /** Paths as written, without a device in front. */
  readonly kernel: string | undefined;
  readonly initrds: readonly string[];
  /** The arguments of the kernel, without quotes. */
  readonly options: readonly string[];
}

/** An entry while its commands are read. */
interface GrowingEntry extends MenuEntry {
  options: readonly string[];
  readonly initrds: string[];
}

function addTo(entry: GrowingEntry | undefined, initrds: readonly string[]): void {
  for (const path of initrds) entry?.initrds.push(path);
}

/** How a menu finds the medium. */
export interface MediumSearch {
  readonly line: number;
  readonly by: 'file' | 'label' | 'uuid';
  readonly value: string;
}

export interface Menu {
  readonly entries: readonly MenuEntry[];
  readonly searches: readonly MediumSearch[];
}

const GRUB_KERNEL = /^(?:linux|linuxefi|linux16|kernel|chainloader|\$linux|\$\{linux\}|\$\{?linux_?(?:cmd|suffix)\}?)$/;
const GRUB_INITRD = /^(?:initrd|initrdefi|initrd16|\$initrd|\$\{initrd\})$/;
const SEARCH_BY: Readonly<Record<string, MediumSearch['by']>> = {
  '--file': 'file',
  '-f': 'file',
  '--label': 'label',
  '--fs-label': 'label',
  '-l': 'label',
  '--fs-uuid': 'uuid',
  '-u': 'uuid',
  'search.file': 'file',
  'search.fs_label': 'label',
  'search.fs_uuid': 'uuid',
};

/** Reads a configuration of GRUB, a loopback.cfg included. */
export function readGrubMenu(text: string): Menu {
  const entries: GrowingEntry[] = [];
  const searches: MediumSearch[] = [];
  const roots = new GrubRoots();
  for (const { line, words } of commandsOf(text, 'grub')) {
    roots.follow(words);
    const [command = '', ...rest] = words;
    if (command === 'chainloader') continue;
    if (GRUB_KERNEL.test(command) && rest[0] !== undefined) {
      const [kernel = '', ...options] = rest;
      const isElsewhere = roots.isElsewhere(kernel);
      entries.push({
        line,
        kernel: isElsewhere ? undefined : pathOf(kernel),
        initrds: [],
        options: isElsewhere ? [] : options,
      });
    } else if (GRUB_INITRD.test(command)) {
      const last = entries.at(-1);
      const paths = rest.flatMap((word) => (roots.isElsewhere(word) ? [] : (pathOf(word) ?? [])));
      addTo(last, paths);
    } else if (command.startsWith('search')) {
      const found = searchOf(line, words);
      if (found) searches.push(found);
    }
  }
  return { entries, searches };
}

/** Which device `$root` names in a configuration of GRUB: rescue discs also start systems that are on hard disks. */
class GrubRoots {
  /** Whether the root is on another device, of the file and of the entries that are open. */
  readonly #elsewhere = [false];

  /** Takes note of a line. What an entry sets is gone at its end. */
  follow(words: readonly string[]): void {
    const [command, setting = ''] = words;
    const device = command === 'set' ? /^root=\(?([^)]*)/.exec(setting)?.[1] : undefined;
    if (command === '}' && this.#elsewhere.length > 1) this.#elsewhere.pop();
    if (device !== undefined) this.#elsewhere.splice(-1, 1, isOtherDevice(device));
    // The search itself is checked. It replaces a device that is only set in case that it finds nothing.
    if (command?.startsWith('search')) this.#elsewhere.splice(-1, 1, false);
    if (words.at(-1) === '{') this.#elsewhere.push(this.#elsewhere.at(-1)!);
  }

  /** Whether a path is on another device than the disc. */
  isElsewhere(path: string): boolean {
    const device = /^\(([^)]*)\)/.exec(path)?.[1];
    return device === undefined || device.includes('$') ? this.#elsewhere.at(-1)! : isOtherDevice(device);
  }
}

/** Whether GRUB's name of a device is that of a hard disk. GRUB calls an optical drive `cd`, `cd0` or, on old firmware, `hd96`. */
function isOtherDevice(device: string): boolean {
  return /^[hfmu]d\d|^(ahci|ata|usb|ieee1275|proc|memdisk|loop)/.test(device) && !device.startsWith('hd96');
}

function searchOf(line: number, words: readonly string[]): MediumSearch | undefined {
  const kind = words.map((word) => SEARCH_BY[word]).find((by) => by !== undefined);
  // The value is the last word that is not an option; options may follow it.
  const isPlain = (word: string, index: number) => index > 0 && !word.startsWith('-') && words[index - 1] !== '--set';
  const value = words
    .filter((word, index) => isPlain(word, index) && !(index === 2 && words[0]!.startsWith('search.')))
    .at(-1);
  if (kind === undefined || value === undefined || value.includes('$')) return undefined;
  return { line, by: kind, value };
}

/** A path without its device; undefined if it depends on other variables. */
function pathOf(word: string): string | undefined {
  const path = grubPath(word);
  return path.includes('$') || path === '' ? undefined : path;
}

function initrdsOf(options: readonly string[]): string[] {
  const given = options.find((option) => option.startsWith('initrd='))?.slice('initrd='.length);
  return given ? given.split(',') : [];
}

/** Reads a configuration of ISOLINUX or SYSLINUX. */
export function readIsolinuxMenu(text: string): Menu {
  const entries: GrowingEntry[] = [];
  for (const { line, words } of commandsOf(text, 'plain')) {
    const [command = '', ...rest] = words;
    const last = entries.at(-1);
    const word = command.toLowerCase();
    if (word === 'kernel' || word === 'linux') {
      entries.push({ line, kernel: rest[0], initrds: [], options: rest.slice(1) });
      addTo(entries.at(-1), initrdsOf(rest));
    } else if (word === 'initrd' && last) addTo(last, rest[0]?.split(',') ?? []);
    else if (word === 'append' && last) {
      last.options = [...last.options, ...rest];
      addTo(last, initrdsOf(rest));
    }
  }
  return { entries, searches: [] };
}

/** Reads an entry of systemd-boot (Boot Loader Specification, type 1). */
export function readLoaderEntry(text: string): Menu {
  const values = new Map<string, { line: number; words: readonly string[] }[]>();
  for (const { line, words } of commandsOf(text, 'plain')) {
    const [key = '', ...rest] = words;
    const value = { line, words: rest };
    const known = values.get(key);
    if (known) known.push(value);
    else values.set(key, [value]);
  }
  const all = (key: string) => values.get(key) ?? [];
  const [kernel] = all('linux');
  if (!kernel) return { entries: [], searches: [] };
  const initrds = all('initrd').map(({ words }) => words.join(' '));
  const options = all('options').flatMap(({ words }) => words);
  return { entries: [{ line: kernel.line, kernel: kernel.words.join(' '), initrds, options }], searches: [] };
}

/** A label by which an initrd finds the medium. */
export interface WantedLabel {
  readonly label: string;
  /** Whether it has escapes such as `\x20`, as udev and dracut write blanks. */
  readonly isEscaped: boolean;
  /** Whether a live module of dracut takes it. */
  readonly isLive: boolean;
}

/** The label by which an initrd finds the medium; undefined if the arguments have none, or one with a variable. */
export function mediumLabel(options: readonly string[]): WantedLabel | undefined {
  for (const option of options) {
    const [, key, written] = /^(|.*[\s:])(?:CDLABEL|LABEL|archisolabel|misolabel)=(.+)/s.exec(option) ?? [];
    if (key === undefined || written === undefined) continue;
    if (written.includes('$')) return undefined;
    const word = labelAfter(`${key}label=`, written);
    const label = word.replace(/\\x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
    return { label, isEscaped: label !== word, isLive: option.startsWith('root=live:') };
  }
  return undefined;
}

/** Paths at which an initrd looks for the root image, of which one must exist; empty if the arguments do not say. */
export function liveImages(options: readonly string[]): readonly string[] {
  const value = (name: string) => options.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  if (options.some((word) => word.startsWith('root=live:'))) {
    const folder = value('rd.live.dir') ?? 'LiveOS';
    const image = value('rd.live.squashimg') ?? 'squashfs.img';
    return [`${folder}/${image}`, `${folder}/rootfs.img`, `${folder}/ext3fs.img`, `${folder}/squashfs.img`];
  }
  return [];
}
