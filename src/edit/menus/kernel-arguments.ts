// Kernel arguments of every entry of a menu.

import { displayText, fromText, withoutEnd } from '../../bytes/index.js';
import { commandWords, grubArgument, lineEnd, type Word, type WordSyntax, wordsAt } from '../../disc/index.js';
import { UsageError } from '../../errors.js';
import { applied, type TextEdit } from './text-edits.js';

/** Arguments to add and to remove. */
export interface ArgumentChanges {
  readonly add: readonly string[];
  /** `quiet` removes that word and `quiet=…`; `console=tty0` removes only that. */
  readonly remove: readonly string[];
  /** Names of arguments that have one value: any other than those of `add` go. */
  readonly single?: readonly string[];
}

/** Words before the arguments of the installed system. */
export const SEPARATORS: readonly string[] = ['--', '---'];
/** Programs that boot menus start like kernels, but that take no kernel arguments. */
export const NO_KERNEL = /memtest|memdisk|mt86|ipxe|hdt/i;

/** Edits that change the arguments of one command; `words` are its arguments without the path of the kernel, also of several lines. */
export function argumentEdits(
  text: string,
  { words, after }: { readonly words: readonly Word[]; readonly after: number },
  changes: ArgumentChanges,
  syntax: WordSyntax,
): TextEdit[] {
  const { add, remove, single = [] } = changes;
  const isOne = (value: string, name: string) => value === name || value.startsWith(`${name}=`);
  const isAdded = (value: string) => add.some((one) => value === unquoted(one));
  const goes = ({ value }: Word) =>
    remove.some((one) => value === unquoted(one) || (!one.includes('=') && isOne(value, one))) ||
    (single.some((name) => isOne(value, name)) && !isAdded(value));
  const kept = words.filter((word) => !goes(word));
  const index = kept.findIndex(({ value }) => SEPARATORS.includes(value));
  const separator = kept[index];
  const before = separator ? kept.slice(0, index) : kept;
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

/** Whether a hypervisor, by its path, is Xen. */
export function isXen(path: string): boolean {
  return /xen[^/]*$/i.test(path);
}

/** The commands of a GRUB script that start a kernel. The first module of Xen is one; those of other systems, such as the Hurd, are not. */
export function* grubKernels(text: string): Generator<GrubKernel> {
  let afterXen = false;
  for (const [first, kernel, ...words] of commandWords(text, 'grub')) {
    const command = text.slice(first!.start, first!.end);
    if (!kernel) continue;
    if (GRUB_MULTIBOOT.test(command)) afterXen = isXen(kernel.value);
    else if (GRUB_LINUX.test(command)) yield { kernel, words };
    else if (afterXen && GRUB_MODULE.test(command)) {
      yield { kernel, words };
      afterXen = false;
    }
  }
}

/** Paths of the initrds that a GRUB script loads with Xen: the modules after its kernel. */
export function* grubXenInitrds(text: string): Generator<string> {
  let modules: number | undefined;
  for (const [first, path] of commandWords(text, 'grub')) {
    const command = text.slice(first!.start, first!.end);
    if (!path) continue;
    if (GRUB_MULTIBOOT.test(command)) modules = isXen(path.value) ? 0 : undefined;
    else if (modules !== undefined && GRUB_MODULE.test(command) && modules++ > 0) yield path.value;
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
