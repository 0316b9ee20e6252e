// Kernel arguments of every entry of a menu.

import { isSyslinuxProgram } from '../../disc/index.js';
import { grubQuoted, type Word, type WordSyntax, wordsAt } from './command-words.js';

/** Arguments to add and to remove. */
export interface ArgumentChanges {
  readonly add: readonly string[];
  /** `quiet` removes that word and `quiet=…`; `console=tty0` removes only that. */
  readonly remove: readonly string[];
}

/** Words before the arguments of the installed system. */
const SEPARATORS = ['--', '---'];
/** Programs that boot menus start like kernels, but that take no kernel arguments. */
const NO_KERNEL = /memtest|memdisk|mt86|ipxe|hdt/i;

/** The text with the arguments of one command changed; `words` are its arguments without the path of the kernel. */
export function changedArguments(
  text: string,
  { words, after }: { readonly words: readonly Word[]; readonly after: number },
  changes: ArgumentChanges,
  syntax: WordSyntax,
): string {
  const { add, remove } = changes;
  const goes = ({ value }: Word) =>
    remove.some((one) => value === one || (!one.includes('=') && value.startsWith(`${one}=`)));
  const kept = words.filter((word) => !goes(word));
  const separator = kept.find(({ value }) => SEPARATORS.includes(value));
  const before = kept.filter((word) => !separator || word.start < separator.start);
  const missing = add.filter((one) => !before.some(({ value }) => value === one));
  const added = missing.map((one) => (syntax === 'grub' ? grubQuoted(one) : one)).join(' ');
  const at = separator?.start ?? kept.at(-1)?.end ?? after;
  const edits = [
    ...words.filter(goes).map(({ start, end }) => ({ from: blanksBefore(text, start), to: end, text: '' })),
    ...(added === '' ? [] : [{ from: at, to: at, text: separator ? `${added} ` : ` ${added}` }]),
  ];
  return applied(text, edits);
}

/** Offset of the first blank before a word. */
function blanksBefore(text: string, start: number): number {
  let from = start;
  while (from > 0 && /[ \t]/.test(text[from - 1]!)) from--;
  return from;
}

/** Replaces parts of a text. */
export function applied(
  text: string,
  edits: readonly { readonly from: number; readonly to: number; readonly text: string }[],
): string {
  let result = text;
  for (const edit of [...edits].sort((a, b) => b.from - a.from || b.to - a.to)) {
    result = result.slice(0, edit.from) + edit.text + result.slice(edit.to);
  }
  return result;
}

const GRUB_LINUX = /^[ \t]*(?:linux(?:efi|16)?|\$\{?linux\}?|linux\$\{?\w+\}?|\$\{?linux_?\w+\}?)(?=[ \t])/gm;

/** Changes every kernel line of a GRUB script. */
export function grubArguments(text: string, changes: ArgumentChanges): string {
  const starts = [...text.matchAll(GRUB_LINUX), ...text.matchAll(/[{;][ \t]*linux(?:efi|16)?(?=[ \t])/g)].map(
    (match) => match.index + match[0].length,
  );
  let result = text;
  for (const start of [...new Set(starts)].sort((a, b) => b - a)) {
    const [kernel, ...words] = wordsAt(result, start, 'grub');
    if (!kernel || NO_KERNEL.test(kernel.value)) continue;
    result = changedArguments(result, { words, after: kernel.end }, changes, 'grub');
  }
  return result;
}

const ISOLINUX_LINE = /^[ \t]*(label|kernel|linux|append|com32|boot|bss|pxe|fdimage|localboot|config)\b(.*)$/gim;

interface IsolinuxEntry {
  kernel: { readonly value: string; readonly end: number; readonly indent: string } | undefined;
  isOther: boolean;
  append: number | undefined;
}

/** Changes the `append` line of every ISOLINUX entry that starts a kernel, and adds it if it is missing. */
export function isolinuxArguments(text: string, changes: ArgumentChanges): string {
  const entries: IsolinuxEntry[] = [{ kernel: undefined, isOther: false, append: undefined }];
  for (const match of text.matchAll(ISOLINUX_LINE)) {
    const [line, keyword = '', rest = ''] = match;
    const word = keyword.toLowerCase();
    const current = entries.at(-1)!;
    const end = match.index + line.replace(/\r$/, '').length;
    if (word === 'label') entries.push({ kernel: undefined, isOther: false, append: undefined });
    else if (word === 'append') current.append = match.index + line.indexOf(keyword) + keyword.length;
    else if (word === 'kernel' || word === 'linux') {
      const indent = /^[ \t]*/.exec(line)![0];
      const value = rest.trim().split(/\s/)[0] ?? '';
      current.kernel = { value, end, indent };
      current.isOther ||= NO_KERNEL.test(value) || (word === 'kernel' && isSyslinuxProgram(value));
    } else current.isOther = true;
  }
  let result = text;
  for (const [i, { kernel, isOther, append }] of [...entries.entries()].reverse()) {
    // `append` before the first label is for all entries without one.
    if (isOther || (!kernel && i > 0)) continue;
    if (append === undefined) {
      if (!kernel || changes.add.length === 0 || hasGlobalAppend(entries)) continue;
      result = applied(result, [
        { from: kernel.end, to: kernel.end, text: `\n${kernel.indent}append ${changes.add.join(' ')}` },
      ]);
      continue;
    }
    const words = wordsAt(result, append, 'plain');
    if (words.length === 1 && words[0]!.value === '-') continue;
    result = changedArguments(result, { words, after: append }, changes, 'plain');
  }
  return result;
}

function hasGlobalAppend([first]: readonly IsolinuxEntry[]): boolean {
  return first?.append !== undefined;
}

/** Changes the `options` line of a systemd-boot entry, and adds it if it is missing. */
export function loaderArguments(text: string, changes: ArgumentChanges): string {
  const line = /^options(?=[ \t])/m.exec(text);
  if (!line) {
    if (changes.add.length === 0 || !/^linux[ \t]/m.test(text)) return text;
    return `${text.replace(/\n*$/, '\n')}options ${changes.add.join(' ')}\n`;
  }
  const start = line.index + 'options'.length;
  return changedArguments(text, { words: wordsAt(text, start, 'plain'), after: start }, changes, 'plain');
}

/** Reads `+a=1 -quiet b`: words in quotes keep their blanks. */
export function parseArgumentChanges(text: string): ArgumentChanges {
  const add: string[] = [];
  const remove: string[] = [];
  for (const { value } of wordsAt(text, 0, 'plain').length > 0 ? quotedWords(text) : []) {
    if (value.startsWith('-') && value.length > 1) remove.push(value.slice(1));
    else if (value.startsWith('+') && value.length > 1) add.push(value.slice(1));
    else if (value !== '') add.push(value);
  }
  return { add, remove };
}

/** Words that may contain blanks within double quotes. The quotes stay in the value, because the kernel reads them. */
function quotedWords(text: string): { readonly value: string }[] {
  return [...text.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([value]) => ({ value }));
}
