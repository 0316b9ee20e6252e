// Which entry a menu starts, and after how many seconds.

import { grubQuoted, lineEnd } from '../../disc/index.js';
import { assignmentsOf } from './grub-assignments.js';
import { applied } from './text-edits.js';

/** Sets GRUB's default entry, in a menu that has entries or already sets it. */
export function grubDefault(text: string, entry: string): string {
  return withGrubVariable(text, 'default', grubQuoted(entry));
}

/** Seconds until a menu starts its default entry, or none of its entries until somebody chooses one. */
export type MenuTimeout = number | 'never';

export function grubTimeout(text: string, timeout: MenuTimeout): string {
  const timed = withGrubVariable(text, 'timeout', timeout === 'never' ? '-1' : String(timeout));
  // A hidden menu would wait unseen.
  return timeout === 'never' ? withAssigned(timed, 'timeout_style', 'menu') : timed;
}

function withGrubVariable(text: string, name: string, value: string): string {
  const result = withAssigned(text, name, value);
  if ([...assignmentsOf(text)].some((one) => one.name === name)) return result;
  return /^[ \t]*(?:menuentry|submenu)\b/m.test(text) ? `set ${name}=${value}${lineEnd(text)}${text}` : text;
}

function withAssigned(text: string, name: string, value: string): string {
  const assigned = [...assignmentsOf(text)].filter((one) => one.name === name);
  // A script may assign the variable in several branches; all of them get the value.
  return applied(
    text,
    assigned.map(({ word: { start, end } }) => ({ from: start, to: end, text: `${name}=${value}` })),
  );
}

/** Sets the default label of ISOLINUX in one of the files of a menu: `default`, `ontimeout`, and the entry with `menu default`. */
export function isolinuxDefault(text: string, label: string): string {
  // Only one entry may have `menu default`.
  const without = text.replace(/^[ \t]*menu[ \t]+default[ \t]*\r?\n/gim, '');
  const marked = without.replace(
    new RegExp(`^([ \\t]*)(label[ \\t]+${label.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}[ \\t]*)(\\r?)$`, 'im'),
    (_, indent: string, line: string, cr: string) => `${indent}${line}${cr}\n${indent}  menu default${cr}`,
  );
  const hasUi = /^[ \t]*ui[ \t]/im.test(marked);
  const key = hasUi ? /^([ \t]*ontimeout[ \t]+)(\S[^\r\n]*)/gim : /^([ \t]*(?:default|ontimeout)[ \t]+)(\S[^\r\n]*)/gim;
  return marked.replace(key, (line, head: string, value: string) => (value.includes('.c32') ? line : head + label));
}

/** Sets the timeout of ISOLINUX, which is in tenths of a second. With 0 it waits for ever. */
export function isolinuxTimeout(text: string, timeout: MenuTimeout): string {
  if (timeout === 'never') return isolinuxWaiting(withIsolinuxTimeout(text, 0));
  return withIsolinuxTimeout(text, Math.max(1, timeout * 10));
}

/** Without the time after which it starts whatever is typed, and with a prompt where no module shows a menu. */
function isolinuxWaiting(text: string): string {
  const result = text.replace(/^([ \t]*totaltimeout[ \t]+)\d+/gim, (_, head: string) => `${head}0`);
  const started = [...text.matchAll(/^[ \t]*(?:ui|default)[ \t]+(\S[^\r\n]*)/gim)];
  if (started.some(([, value]) => value!.includes('.c32'))) return result;
  return result.replace(/^([ \t]*prompt[ \t]+)0/gim, (_, head: string) => `${head}1`);
}

function withIsolinuxTimeout(text: string, tenths: number): string {
  const line = /^([ \t]*timeout[ \t]+)\d+/gim;
  if (line.test(text)) return text.replace(line, (_, head: string) => `${head}${tenths}`);
  return /^[ \t]*(?:default|ui)[ \t]/im.test(text) ? `timeout ${tenths}${lineEnd(text)}${text}` : text;
}

/** Sets the default entry of systemd-boot, by its file name or a pattern. */
export function loaderDefault(text: string, entry: string): string {
  return withKey(text, 'default', entry);
}

export function loaderTimeout(text: string, timeout: MenuTimeout): string {
  return withKey(text, 'timeout', timeout === 'never' ? 'menu-force' : String(timeout));
}

function withKey(text: string, key: string, value: string): string {
  const line = new RegExp(`^(${key}[ \\t]+)[^\\r\\n]*`, 'm');
  if (line.test(text)) return text.replace(line, (_, head: string) => head + value);
  const end = lineEnd(text);
  return `${text}${text === '' || text.endsWith('\n') ? '' : end}${key} ${value}${end}`;
}
