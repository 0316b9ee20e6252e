// The label of the medium in boot menus.
//
// udev names links to volumes by their labels, with `\x20` for a blank, and initrds take that spelling in kernel arguments. ISOLINUX and
// systemd-boot pass it on as it is. GRUB escapes every backslash once more, so the kernel gets `\\x20`, and no spelling in a menu avoids
// that; Fedora's GRUB, which is patched, leaves these escapes alone. dracut's live module makes the escapes itself, so there the label is
// written with its blanks: every GRUB then puts quotes around the argument, which dracut reads. Yet dracut 059 loses its own escapes later.

import {
  grubArgument,
  grubQuoted,
  isWholeLabel,
  labelArgument,
  type MenuKind,
  udevEscaped,
  type Word,
} from '../../disc/index.js';
import { assignmentsOf } from './grub-assignments.js';
import { grubKernels } from './kernel-arguments.js';
import { type LabelVariables, NO_VARIABLES, variableIn } from './label-variables.js';
import { applied, type TextEdit } from './text-edits.js';

/** The old and the new label of the medium. */
export interface LabelChange {
  readonly from: string;
  readonly to: string;
  /** Variables that hold the old one. */
  readonly variables?: LabelVariables;
}

/**
 * The text with the old label replaced where it identifies the medium: after `LABEL=` and similar keys, in udev's paths, and in GRUB's
 * `search`, and in variables of GRUB that stand for it there. Titles and other texts stay.
 */
export function relabelled(kind: MenuKind, text: string, { from, to, variables }: LabelChange): string {
  const edits = kind === 'grub' ? grubEdits(text, { from, to, variables: variables ?? NO_VARIABLES }) : [];
  const isFree = freeOf(edits);
  const old = [...new Set([from, udevEscaped(from)])].map(escapeRegExp).join('|');
  const end = '(?=$|[\\s"\':,;\\])}])';
  const replace = (pattern: RegExp, written: (head: string, quote: string) => string) => {
    for (const { 0: all, 1: head = '', 2: quote = '', index } of text.matchAll(pattern)) {
      const end = index + all.length;
      if (!isFree(index, end) || isPartOfLabel(text, index + head.length, end)) continue;
      edits.push({ from: index, to: index + all.length, text: head + written(head, quote) });
    }
  };
  replace(new RegExp(`((?:(?<![\\w.])[\\w.]*label=|/by-label/)["']?)(?:${old})${end}`, 'gim'), () => udevEscaped(to));
  replace(new RegExp(`^([ \\t]*(?:if[ \\t]+)?search\\b[^\\n]*?[ \\t](["']?))(?:${old})${end}`, 'gm'), (_, quote) =>
    quote ? insideQuotes(quote, to) : grubQuoted(to),
  );
  return applied(text, edits);
}

/** Tells whether a part of the text has none of these edits, which are in order. Asked for parts in any order. */
function freeOf(edits: readonly TextEdit[]): (from: number, to: number) => boolean {
  const starts = edits.map(({ from }) => from);
  const ends = edits.map(({ to }) => to);
  return (from, to) => {
    let [low, high] = [0, ends.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (ends[middle]! <= from) low = middle + 1;
      else high = middle;
    }
    return low === ends.length || starts[low]! >= to;
  };
}

/** Longer than any key of a label. */
const LONGEST_KEY = 256;

/** Whether a label goes on after what was found: a colon is part of it after some keys. */
function isPartOfLabel(text: string, start: number, end: number): boolean {
  if (!/[:,;]/.test(text[end] ?? '')) return false;
  const before = text.slice(Math.max(0, start - LONGEST_KEY), start).replace(/["']$/, '');
  return isWholeLabel(before.split(/[\s"']/).at(-1)!);
}

/** A text between quotes that are in the menu. */
function insideQuotes(quote: string, text: string): string {
  return quote === '"' ? text.replace(/["$\\]/g, '\\$&') : text.replaceAll("'", "'\\''");
}

/** Edits of the arguments of kernels in which the plain replacement would not find the old label, or not write the new one right. */
function grubEdits(text: string, change: Required<LabelChange>): TextEdit[] {
  const { variables } = change;
  const edits: TextEdit[] = [];
  for (const { name, word, value } of assignmentsOf(text)) {
    const isLabel = value === change.from || value === udevEscaped(change.from);
    if (!isLabel || !variables.names.has(name)) continue;
    edits.push({ from: word.start, to: word.end, text: `${name}=${grubQuoted(change.to)}` });
  }
  for (const { words } of grubKernels(text)) {
    for (const word of words) {
      const written = relabelledWord(text, word, change);
      if (written !== undefined) edits.push({ from: word.start, to: word.end, text: written });
    }
  }
  return edits.sort((a, b) => a.from - b.from);
}

/** Only these the live modules escape themselves. */
const LIVE_ARGUMENT = /^root=live:(?:cd)?label=$/i;

/** The argument as GRUB is to read it; undefined if a plain replacement does. */
function relabelledWord(
  text: string,
  { start, end, value }: Word,
  { from, to, variables }: Required<LabelChange>,
): string | undefined {
  const found = labelArgument(value);
  if (!found) return undefined;
  const { key, rest } = found;
  // A variable holds the label as it is, which an argument does not take if it has blanks.
  const isVariable = udevEscaped(to) !== to && variables.constants.has(variableIn(found.label) ?? '');
  const old = isVariable ? from : found.label;
  const isEscaped = old !== from;
  if (isEscaped && old !== udevEscaped(from)) return undefined;
  const raw = text.slice(start, end);
  // A menu with escapes was made for a GRUB that keeps them. A variable would lose its meaning in quotes.
  const takesBlanks = LIVE_ARGUMENT.test(key) && !isEscaped && !rest.includes('$');
  if (takesBlanks && /[ /]/.test(to)) return grubArgument(`${key}${udevEscaped(to, /[ /]/)}${rest}`);
  const isFound = ['', '"', "'"].some((quote) => raw.includes(`${key}${quote}${old}${quote}`));
  return isFound ? undefined : `${quotedPart(key)}${udevEscaped(to)}${quotedPart(rest)}`;
}

function quotedPart(part: string): string {
  return part === '' || part.includes('$') ? part : grubQuoted(part);
}

/**
 * Whether a system may not find this label, with which a menu starts it: GRUB changes escapes unless it is patched, dracut's live modules
 * lose them before they open the medium, and a colon ends the label of some arguments.
 */
export function mayMiss(kind: MenuKind, text: string, label: string): boolean {
  if (label.includes(':') && isCutAtColon(text, label)) return true;
  if (udevEscaped(label) === label) return false;
  if (/\blive:(?:cd)?label=/i.test(text)) return true;
  if (kind !== 'grub') return false;
  for (const { words } of grubKernels(text)) {
    if (words.some(({ value }) => /label=.*\\x[0-9a-f]{2}/is.test(value))) return true;
  }
  return false;
}

function isCutAtColon(text: string, label: string): boolean {
  for (const [argument] of text.matchAll(/(?<![^\s"'])[^\s"']{0,250}label=["']?[^\s"']{1,250}/gi)) {
    const found = labelArgument(argument.replace(/["']/g, ''));
    if (found && !isWholeLabel(found.key) && `${found.label}${found.rest}`.startsWith(udevEscaped(label))) return true;
  }
  return false;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
