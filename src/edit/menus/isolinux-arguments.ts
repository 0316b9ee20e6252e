// Kernel arguments of the entries of ISOLINUX. Its command line is what follows the kernel on its line, and then `append`.

import { isSyslinuxProgram, lineEnd, type Word, wordsAt } from '../../disc/index.js';
import { type ArgumentChanges, argumentEdits, isXen, NO_KERNEL, SEPARATORS } from './kernel-arguments.js';
import { applied, type TextEdit } from './text-edits.js';

const LINE = /^[ \t]*(label|kernel|linux|append|com32|boot|bss|pxe|fdimage|localboot|config)\b(.*)$/gim;
/** Loads a hypervisor and, after `---` each, its kernel and other parts. */
const MULTIBOOT = /(?:^|\/)mboot\.c32$/i;
const NEXT_PART = '---';

interface KernelLine {
  readonly value: string;
  readonly indent: string;
  readonly end: number;
  readonly words: readonly Word[];
}

interface Entry {
  kernel: KernelLine | undefined;
  isOther: boolean;
  append: number | undefined;
}

/** Changes the arguments of every entry that starts a kernel, and adds an `append` line if it is missing. */
export function isolinuxArguments(text: string, changes: ArgumentChanges): string {
  const entries = [...entriesOf(text)];
  const hasGlobal = entries[0]?.append !== undefined;
  return applied(
    text,
    entries.flatMap((entry, i) => {
      // `append` before the first label is for all entries without one.
      if (entry.isOther || (!entry.kernel && i > 0)) return [];
      return entryEdits(text, entry, changes, hasGlobal);
    }),
  );
}

function* entriesOf(text: string): Generator<Entry> {
  let current: Entry = { kernel: undefined, isOther: false, append: undefined };
  for (const match of text.matchAll(LINE)) {
    const [line, keyword = ''] = match;
    const word = keyword.toLowerCase();
    const start = match.index + line.indexOf(keyword) + keyword.length;
    if (word === 'label') {
      yield current;
      current = { kernel: undefined, isOther: false, append: undefined };
    } else if (word === 'append') current.append = start;
    else if (word === 'kernel' || word === 'linux' || word === 'com32') {
      const [path, ...words] = wordsAt(text, start, 'plain');
      const value = path?.value ?? '';
      const end = match.index + line.replace(/\r$/, '').length;
      current.kernel = { value, words, end, indent: /^[ \t]*/.exec(line)![0] };
      const isProgram = word === 'com32' || (word === 'kernel' && isSyslinuxProgram(value));
      current.isOther ||= NO_KERNEL.test(value) || (isProgram && !MULTIBOOT.test(value));
    } else current.isOther = true;
  }
  yield current;
}

function entryEdits(text: string, { kernel, append }: Entry, changes: ArgumentChanges, hasGlobal: boolean): TextEdit[] {
  if (!kernel && append === undefined) return [];
  const onLine = kernel?.words ?? [];
  const own = append === undefined ? [] : wordsAt(text, append, 'plain');
  const added = changes.add.join(' ');
  // `append -` keeps the arguments for all entries away from this one.
  const isNone = own.length === 1 && own[0]!.value === '-';
  const words = isNone ? onLine : [...onLine, ...own];
  if (kernel && MULTIBOOT.test(kernel.value)) return multibootEdits(text, words, changes);
  if (words.length === 0 && isNone) {
    return added === '' ? [] : [{ from: own[0]!.start, to: own[0]!.end, text: added }];
  }
  const isSeparated = onLine.some(({ value }) => SEPARATORS.includes(value));
  const isGlobal = append === undefined && hasGlobal && !isSeparated;
  if (words.length === 0 && append === undefined) {
    if (added === '' || isGlobal) return [];
    return [{ from: kernel!.end, to: kernel!.end, text: `${lineEnd(text)}${kernel!.indent}append ${added}` }];
  }
  const after = isNone || append === undefined ? kernel!.end : append;
  return argumentEdits(text, { words, after }, isGlobal ? { ...changes, add: [] } : changes, 'plain');
}

/** Edits of the second part, if the first one is Xen: that is the kernel. */
function multibootEdits(text: string, words: readonly Word[], changes: ArgumentChanges): TextEdit[] {
  const [first, second] = partsOf(words);
  const kernel = second?.[0];
  if (!kernel || !isXen(first?.[0]?.value ?? '')) return [];
  return argumentEdits(text, { words: second.slice(1), after: kernel.end }, changes, 'plain');
}

function partsOf(words: readonly Word[]): Word[][] {
  const parts: Word[][] = [[]];
  for (const word of words) {
    if (word.value === NEXT_PART) parts.push([]);
    else parts.at(-1)!.push(word);
  }
  return parts;
}

/** The initrds that entries load with Xen: its third part. */
export function isolinuxXenInitrds(text: string): string[] {
  return [...entriesOf(text)].flatMap(({ kernel, append }) => {
    if (!kernel || !MULTIBOOT.test(kernel.value)) return [];
    const own = append === undefined ? [] : wordsAt(text, append, 'plain');
    const [xen, , ...rest] = partsOf([...kernel.words, ...own]);
    return isXen(xen?.[0]?.value ?? '') ? rest.flatMap(([path]) => path?.value ?? []) : [];
  });
}
