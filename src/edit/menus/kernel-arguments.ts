// Kernel arguments of every entry of a menu.

import { displayText, fromText, withoutEnd } from '../../bytes/index.js';
import {
  commandWords,
  grubArgument,
  isSyslinuxProgram,
  lineEnd,
  type Word,
  type WordSyntax,
  wordsAt,
} from '../../disc/index.js';
import { UsageError } from '../../errors.js';
import { applied, type TextEdit } from './text-edits.js';

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

/** Edits that change the arguments of one command; `words` are its arguments without the path of the kernel. */
function argumentEdits(
  text: string,
  { words, after }: { readonly words: readonly Word[]; readonly after: number },
  changes: ArgumentChanges,
  syntax: WordSyntax,
): TextEdit[] {
  const { add, remove } = changes;
  const goes = ({ value }: Word) =>
    remove.some((one) => value === unquoted(one) || (!one.includes('=') && value.startsWith(`${one}=`)));
  const kept = words.filter((word) => !goes(word));
  const separator = kept.find(({ value }) => SEPARATORS.includes(value));
  const before = kept.filter((word) => !separator || word.start < separator.start);
  const missing = add.filter((one) => !before.some(({ value }) => value === unquoted(one)));
  const added = missing.map((one) => (syntax === 'grub' ? grubArgument(one) : one)).join(' ');
  const at = separator?.start ?? kept.at(-1)?.end ?? after;
  return [
    ...words.filter(goes).map(({ start, end }) => ({ from: blanksBefore(text, start), to: end, text: '' })),
    ...(added === '' ? [] : [{ from: at, to: at, text: separator ? `${added} ` : ` ${added}` }]),
  ];
}

/** An argument as words of menus have it: without the double quotes that the kernel reads. */
function unquoted(argument: string): string {
  return argument.replaceAll('"', '');
}

/** Offset of the first blank before a word. */
function blanksBefore(text: string, start: number): number {
  let from = start;
  while (from > 0 && /[ \t]/.test(text[from - 1]!)) from--;
  return from;
}

const GRUB_LINUX = /^(?:linux(?:efi|16)?|\$\{?linux\}?|linux\$\{?\w+\}?|\$\{?linux_?\w+\}?)$/;

/** A command of GRUB that starts a kernel. */
interface GrubKernel {
  readonly kernel: Word;
  /** Its arguments. */
  readonly words: readonly Word[];
}

/** Loads a hypervisor or another system, and then parts of it. */
const GRUB_MULTIBOOT = /^(?:multiboot2?|\$\{?multiboot\}?|xen_hypervisor)$/;
const GRUB_MODULE = /^(?:module2?|\$\{?module\}?|xen_module)$/;

/** The commands of a GRUB script that start a kernel. The first module of Xen is one; those of other systems, such as the Hurd, are not. */
export function* grubKernels(text: string): Generator<GrubKernel> {
  let isXen = false;
  for (const [first, kernel, ...words] of commandWords(text, 'grub')) {
    const command = text.slice(first!.start, first!.end);
    if (!kernel) continue;
    if (GRUB_MULTIBOOT.test(command)) isXen = /xen[^/]*$/i.test(kernel.value);
    else if (GRUB_LINUX.test(command)) yield { kernel, words };
    else if (isXen && GRUB_MODULE.test(command)) {
      yield { kernel, words };
      isXen = false;
    }
  }
}

/** Changes every kernel line of a GRUB script. */
export function grubArguments(text: string, changes: ArgumentChanges): string {
  const edits: TextEdit[] = [];
  for (const { kernel, words } of grubKernels(text)) {
    if (NO_KERNEL.test(kernel.value)) continue;
    edits.push(...argumentEdits(text, { words, after: kernel.end }, changes, 'grub'));
  }
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
      return [
        { from: kernel.end, to: kernel.end, text: `${lineEnd(text)}${kernel.indent}append ${changes.add.join(' ')}` },
      ];
    }
    const words = wordsAt(text, append, 'plain');
    const [only] = words;
    // `append -` keeps the arguments for all entries away from this one.
    if (words.length === 1 && only!.value === '-') {
      return changes.add.length === 0 ? [] : [{ from: only!.start, to: only!.end, text: changes.add.join(' ') }];
    }
    return argumentEdits(text, { words, after: append }, changes, 'plain');
  });
  return applied(text, edits);
}

function hasGlobalAppend([first]: readonly IsolinuxEntry[]): boolean {
  return first?.append !== undefined;
}

/** Changes the `options` lines of a systemd-boot entry, and adds one if there is none. What is added comes at the end of the last one. */
export function loaderArguments(text: string, changes: ArgumentChanges): string {
  const starts = [...text.matchAll(/^options(?=[ \t])/gm)].map(({ index }) => index + 'options'.length);
  if (starts.length === 0) {
    if (changes.add.length === 0 || !/^linux[ \t]/m.test(text)) return text;
    const end = lineEnd(text);
    return `${withoutEnd(text, end)}${end}options ${changes.add.join(' ')}${end}`;
  }
  const lines = starts.map((after) => ({ after, words: wordsAt(text, after, 'plain') }));
  const known = new Set(lines.slice(0, -1).flatMap(({ words }) => words.map(({ value }) => value)));
  const add = changes.add.filter((one) => !known.has(unquoted(one)));
  const edits = lines.flatMap((line, i) =>
    argumentEdits(text, line, { ...changes, add: i === lines.length - 1 ? add : [] }, 'plain'),
  );
  return applied(text, edits);
}

/** Reads `+a=1 -quiet b`: words in quotes keep their blanks. */
export function parseArgumentChanges(text: string): ArgumentChanges {
  if ((text.match(/"/g) ?? []).length % 2 === 1) {
    throw new UsageError('edit.kernel-args', `A quotation mark is not closed: ${displayText(fromText(text))}`, {
      option: 'kernelArgs',
      hint: 'Quote all changes together for the shell.',
    });
  }
  const add: string[] = [];
  const remove: string[] = [];
  for (const { value } of wordsAt(text, 0, 'plain').length > 0 ? quotedWords(text) : []) {
    if (value.startsWith('-') && value.length > 1) remove.push(value.slice(1));
    else if (value.startsWith('+') && value.length > 1) add.push(value.slice(1));
    else if (value !== '') add.push(value);
  }
  return { add: [...new Set(add)], remove };
}

/** Words that may contain blanks within double quotes. The quotes stay in the value, because the kernel reads them. */
function quotedWords(text: string): { readonly value: string }[] {
  return [...text.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([value]) => ({ value }));
}
