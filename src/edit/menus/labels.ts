// The label of the medium in boot menus.
//
// udev names links to volumes by their labels, with `\x20` for a blank, and initrds take that spelling in kernel arguments. ISOLINUX and
// systemd-boot pass it on as it is. GRUB escapes every backslash once more, so the kernel gets `\\x20`, and no spelling in a menu avoids
// that; Fedora's GRUB, which is patched, leaves these escapes alone. dracut's live module makes the escapes itself, so there the label is
// written with its blanks: every GRUB then puts quotes around the argument, which dracut reads. Yet dracut 059 loses its own escapes later.

import { grubArgument, grubQuoted, type MenuKind, udevEscaped, type Word } from '../../disc/index.js';
import { grubKernels } from './kernel-arguments.js';
import { applied, type TextEdit } from './text-edits.js';

/** The old and the new label of the medium. */
export interface LabelChange {
  readonly from: string;
  readonly to: string;
}

/**
 * The text with the old label replaced where it identifies the medium: after `LABEL=` and similar keys, in udev's paths, and in GRUB's
 * `search`. Titles and other texts stay.
 */
export function relabelled(kind: MenuKind, text: string, { from, to }: LabelChange): string {
  const edits = kind === 'grub' ? grubEdits(text, { from, to }) : [];
  const old = [...new Set([from, udevEscaped(from)])].map(escapeRegExp).join('|');
  const end = '(?=$|[\\s"\':,;\\])}])';
  const replace = (pattern: RegExp, written: (head: string, quote: string) => string) => {
    for (const { 0: all, 1: head = '', 2: quote = '', index } of text.matchAll(pattern)) {
      edits.push({ from: index, to: index + all.length, text: head + written(head, quote) });
    }
  };
  replace(new RegExp(`((?:(?<![\\w.])[\\w.]*label=|/by-label/)["']?)(?:${old})${end}`, 'gim'), () => udevEscaped(to));
  replace(new RegExp(`^([ \\t]*(?:if[ \\t]+)?search\\b[^\\n]*?[ \\t](["']?))(?:${old})${end}`, 'gm'), (_, quote) =>
    quote ? insideQuotes(quote, to) : grubQuoted(to),
  );
  return applied(text, edits);
}

/** A text between quotes that are in the menu. */
function insideQuotes(quote: string, text: string): string {
  return quote === '"' ? text.replace(/["$\\]/g, '\\$&') : text.replaceAll("'", "'\\''");
}

/** Edits of the arguments of kernels in which the plain replacement would not find the old label, or not write the new one right. */
function grubEdits(text: string, change: LabelChange): TextEdit[] {
  const edits: TextEdit[] = [];
  for (const { words } of grubKernels(text)) {
    for (const word of words) {
      const written = relabelledWord(text, word, change);
      if (written !== undefined) edits.push({ from: word.start, to: word.end, text: written });
    }
  }
  return edits;
}

/** The key of a label: the last of these in an argument. */
const LABEL_KEY = /(?<=^|[=:])[\w.]*label=/gi;
/** Only these the live modules escape themselves. */
const LIVE_ARGUMENT = /^root=live:(?:cd)?label=$/i;

/** The argument as GRUB is to read it; undefined if a plain replacement does. */
function relabelledWord(text: string, { start, end, value }: Word, { from, to }: LabelChange): string | undefined {
  const { key, old, rest } = labelIn(value);
  const isEscaped = old !== from;
  if (isEscaped && old !== udevEscaped(from)) return undefined;
  const raw = text.slice(start, end);
  // A menu with escapes was made for a GRUB that keeps them. A variable would lose its meaning in quotes.
  const takesBlanks = LIVE_ARGUMENT.test(key) && !isEscaped && !rest.includes('$');
  if (takesBlanks && /[ /]/.test(to)) return grubArgument(`${key}${udevEscaped(to, /[ /]/)}${rest}`);
  const isFound = raw.includes(`${key}${old}`);
  return isFound ? undefined : `${quotedPart(key)}${udevEscaped(to)}${quotedPart(rest)}`;
}

/** An argument around its label; all empty without one. */
function labelIn(argument: string): { key: string; old: string; rest: string } {
  const last = [...argument.matchAll(LABEL_KEY)].at(-1);
  if (!last) return { key: '', old: '', rest: '' };
  const key = argument.slice(0, last.index + last[0].length);
  const [old = ''] = argument.slice(key.length).split(/[:,;]/, 1);
  return { key, old, rest: argument.slice(key.length + old.length) };
}

function quotedPart(part: string): string {
  return part === '' || part.includes('$') ? part : grubQuoted(part);
}

/**
 * Whether a system may not find this label, with which a menu starts it: GRUB changes escapes unless it is patched, and dracut's live modules
 * lose them before they open the medium.
 */
export function mayMiss(kind: MenuKind, text: string, label: string): boolean {
  if (udevEscaped(label) === label) return false;
  if (/\blive:(?:cd)?label=/i.test(text)) return true;
  if (kind !== 'grub') return false;
  for (const { words } of grubKernels(text)) {
    if (words.some(({ value }) => /label=.*\\x[0-9a-f]{2}/is.test(value))) return true;
  }
  return false;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
