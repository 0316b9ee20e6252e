// Kernel arguments of every entry of a menu.

import { withoutEnd } from '../../bytes/index.js';
import { grubQuoted, isSyslinuxProgram, type Word, type WordSyntax, wordsAt } from '../../disc/index.js';

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

/** A part of a text, and what replaces it. */
interface TextEdit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Edits that change the arguments of one command; `words` are its arguments without the path of the kernel. */
function argumentEdits(
  text: string,
  { words, after }: { readonly words: readonly Word[]; readonly after: number },
  changes: ArgumentChanges,
  syntax: WordSyntax,
): TextEdit[] {
  const { add, remove } = changes;
  const goes = ({ value }: Word) =>
    remove.some((one) => value === one || (!one.includes('=') && value.startsWith(`${one}=`)));
  const kept = words.filter((word) => !goes(word));
  const separator = kept.find(({ value }) => SEPARATORS.includes(value));
  const before = kept.filter((word) => !separator || word.start < separator.start);
  const missing = add.filter((one) => !before.some(({ value }) => value === one));
  const added = missing.map((one) => (syntax === 'grub' ? grubQuoted(one) : one)).join(' ');
  const at = separator?.start ?? kept.at(-1)?.end ?? after;
  return [
    ...words.filter(goes).map(({ start, end }) => ({ from: blanksBefore(text, start), to: end, text: '' })),
    ...(added === '' ? [] : [{ from: at, to: at, text: separator ? `${added} ` : ` ${added}` }]),
  ];
}

/** Offset of the first blank before a word. */
function blanksBefore(text: string, start: number): number {
  let from = start;
  while (from > 0 && /[ \t]/.test(text[from - 1]!)) from--;
  return from;
}

/** The text after edits. An insertion comes before what begins at its place; of edits that overlap the first is made. */
function applied(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (edit.from < at) continue;
    parts.push(text.slice(at, edit.from), edit.text);
    at = edit.to;
  }
  return parts.join('') + text.slice(at);
}

const GRUB_LINUX = /^[ \t]*(?:linux(?:efi|16)?|\$\{?linux\}?|linux\$\{?\w+\}?|\$\{?linux_?\w+\}?)(?=[ \t])/gm;

/** Changes every kernel line of a GRUB script. */
export function grubArguments(text: string, changes: ArgumentChanges): string {
  const starts = [...text.matchAll(GRUB_LINUX), ...text.matchAll(/[{;][ \t]*linux(?:efi|16)?(?=[ \t])/g)].map(
    (match) => match.index + match[0].length,
  );
  let end = 0;
  const edits = starts
    .sort((a, b) => a - b)
    .flatMap((start) => {
      // On a continued line an argument may look like a command.
      if (start < end) return [];
      const [kernel, ...words] = wordsAt(text, start, 'grub');
      end = words.at(-1)?.end ?? kernel?.end ?? start;
      if (!kernel || NO_KERNEL.test(kernel.value)) return [];
      return argumentEdits(text, { words, after: kernel.end }, changes, 'grub');
    });
  return applied(text, edits);
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
      const value = wordsAt(rest, 0, 'plain')[0]?.value ?? '';
      current.kernel = { value, end, indent };
      current.isOther ||= NO_KERNEL.test(value) || (word === 'kernel' && isSyslinuxProgram(value));
    } else current.isOther = true;
  }
  const edits = entries.flatMap(({ kernel, isOther, append }, i): TextEdit[] => {
    // `append` before the first label is for all entries without one.
    if (isOther || (!kernel && i > 0)) return [];
    if (append === undefined) {
      if (!kernel || changes.add.length === 0 || hasGlobalAppend(entries)) return [];
      return [{ from: kernel.end, to: kernel.end, text: `\n${kernel.indent}append ${changes.add.join(' ')}` }];
    }
    const words = wordsAt(text, append, 'plain');
    if (words.length === 1 && words[0]!.value === '-') return [];
    return argumentEdits(text, { words, after: append }, changes, 'plain');
  });
  return applied(text, edits);
}

function hasGlobalAppend([first]: readonly IsolinuxEntry[]): boolean {
  return first?.append !== undefined;
}

/** Changes the `options` line of a systemd-boot entry, and adds it if it is missing. */
export function loaderArguments(text: string, changes: ArgumentChanges): string {
  const line = /^options(?=[ \t])/m.exec(text);
  if (!line) {
    if (changes.add.length === 0 || !/^linux[ \t]/m.test(text)) return text;
    return `${withoutEnd(text, '\n')}\noptions ${changes.add.join(' ')}\n`;
  }
  const start = line.index + 'options'.length;
  return applied(text, argumentEdits(text, { words: wordsAt(text, start, 'plain'), after: start }, changes, 'plain'));
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
