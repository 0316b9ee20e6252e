// Boot menus: the kernels, initrds and command lines of their entries, and how they find the medium. Words with variables are ignored,
// because only the boot loader knows their values.

/** An entry of a menu, or a command outside of entries. */
export interface MenuEntry {
  /** Line of the kernel, from 1. */
  readonly line: number;
  /** Paths as written, without a device in front. */
  readonly kernel: string | undefined;
  readonly initrds: readonly string[];
  readonly commandLine: string;
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
  const entries: { -readonly [K in keyof MenuEntry]: MenuEntry[K] }[] = [];
  const searches: MediumSearch[] = [];
  for (const { line, words } of linesOf(text)) {
    const [command = '', ...rest] = words;
    if (command === 'chainloader') continue;
    if (GRUB_KERNEL.test(command) && rest[0] !== undefined) {
      const [kernel, ...options] = rest;
      entries.push({ line, kernel: pathOf(kernel!), initrds: [], commandLine: options.join(' ') });
    } else if (GRUB_INITRD.test(command)) {
      const last = entries.at(-1);
      const paths = rest.flatMap((word) => pathOf(word) ?? []);
      if (last) last.initrds = [...last.initrds, ...paths];
    } else if (command.startsWith('search')) {
      const found = searchOf(line, words);
      if (found) searches.push(found);
    }
  }
  return { entries, searches };
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

/** A path without `(hd0,1)`, `($root)` or `$prefix` in front; undefined if it depends on other variables. */
function pathOf(word: string): string | undefined {
  const path = word.replace(/^\([^)]*\)/, '').replace(/^\$\{?(?:root|isofrom)\}?/, '');
  return path.includes('$') || path === '' ? undefined : path;
}

/** Reads a configuration of ISOLINUX or SYSLINUX. */
export function readIsolinuxMenu(text: string): Menu {
  const entries: { -readonly [K in keyof MenuEntry]: MenuEntry[K] }[] = [];
  for (const { line, words } of linesOf(text)) {
    const [command = '', ...rest] = words;
    const last = entries.at(-1);
    const word = command.toLowerCase();
    if (word === 'kernel' || word === 'linux') {
      entries.push({ line, kernel: rest[0], initrds: [], commandLine: '' });
    } else if (word === 'initrd' && last) last.initrds = [...last.initrds, ...(rest[0]?.split(',') ?? [])];
    else if (word === 'append' && last) {
      last.commandLine = rest.join(' ');
      const given = rest.find((option) => option.startsWith('initrd='))?.slice('initrd='.length);
      if (given) last.initrds = [...last.initrds, ...given.split(',')];
    }
  }
  return { entries, searches: [] };
}

/** Reads an entry of systemd-boot (Boot Loader Specification, type 1). */
export function readLoaderEntry(text: string): Menu {
  const values = new Map<string, { line: number; value: string }[]>();
  for (const { line, words } of linesOf(text)) {
    const [key = '', ...rest] = words;
    values.set(key, [...(values.get(key) ?? []), { line, value: rest.join(' ') }]);
  }
  const kernel = values.get('linux')?.[0];
  if (!kernel) return { entries: [], searches: [] };
  const initrds = (values.get('initrd') ?? []).map(({ value }) => value);
  const commandLine = (values.get('options') ?? []).map(({ value }) => value).join(' ');
  return { entries: [{ line: kernel.line, kernel: kernel.value, initrds, commandLine }], searches: [] };
}

/** The words of every line that has any, without comments and quotes. */
function* linesOf(text: string): Generator<{ readonly line: number; readonly words: string[] }> {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const words = wordsOf(line);
    if (words.length > 0 && !words[0]!.startsWith('#')) yield { line: index + 1, words };
  }
}

function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const [, double, single, plain] of line.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|([^\s"']+)/g)) {
    words.push(double ?? single ?? plain ?? '');
  }
  return words;
}

/** The label by which an initrd finds the medium; undefined if the command line has none, or one with a variable. */
export function mediumLabel(commandLine: string): string | undefined {
  const match = /(?:^|[\s:])(?:CDLABEL|LABEL|archisolabel|misolabel)=(\S+)/.exec(commandLine);
  const [, label] = match ?? [];
  if (label === undefined || label.includes('$')) return undefined;
  // A path of a kickstart file may follow after a colon. udev and dracut escape blanks and slashes.
  return label
    .replace(/:.*$/, '')
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Paths at which an initrd looks for the root image, of which one must exist; empty if the command line does not say. */
export function liveImages(commandLine: string): readonly string[] {
  const words = commandLine.split(/\s+/);
  const value = (name: string) => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  if (/(?:^|\s)root=live:/.test(commandLine)) {
    const folder = value('rd.live.dir') ?? 'LiveOS';
    const image = value('rd.live.squashimg') ?? 'squashfs.img';
    return [`${folder}/${image}`, `${folder}/rootfs.img`, `${folder}/ext3fs.img`, `${folder}/squashfs.img`];
  }
  return [];
}
