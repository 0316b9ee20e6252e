// Which entry a menu starts, and after how many seconds.

import { type ByteString, trimBlanks } from '../../bytes/index.js';
import { commandsOf, grubQuoted, lineEnd } from '../../disc/index.js';

/** Sets GRUB's default entry, in a menu that has entries or already sets it. */
export function grubDefault(text: string, entry: string | number): string {
  return withGrubVariable(text, 'default', grubQuoted(String(entry)));
}

export function grubTimeout(text: string, seconds: number): string {
  return withGrubVariable(text, 'timeout', String(seconds));
}

function withGrubVariable(text: string, name: string, value: string): string {
  const line = new RegExp(`^([ \\t]*(?:set[ \\t]+)?${name}=)(?:"[^"\\n]*"|'[^'\\n]*'|[^\\s;]*)`, 'gm');
  // A script may assign the variable in several branches; all of them get the value.
  if (line.test(text)) return text.replace(line, (_, head: string) => head + value);
  return /^[ \t]*(?:menuentry|submenu)\b/m.test(text) ? `set ${name}=${value}${lineEnd(text)}${text}` : text;
}

/** Sets the default label of ISOLINUX: `default`, `ontimeout`, and the entry with `menu default`. */
export function isolinuxDefault(text: string, entry: string | number): string {
  const labels = isolinuxLabels(text);
  const label =
    typeof entry === 'number' ? labels[entry] : labels.find((name) => name.toLowerCase() === entry.toLowerCase());
  if (label === undefined) return text;
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

/** Names of the entries of a menu: titles and identifiers of GRUB, labels of ISOLINUX. */
export function entryNames(kind: 'grub' | 'isolinux', text: string): string[] {
  if (kind === 'isolinux') return isolinuxLabels(text);
  return Array.from(commandsOf(text, 'grub')).flatMap(({ words: [command = '', ...words] }) => {
    if (command !== 'menuentry' && command !== 'submenu') return [];
    const option = words.findIndex((word) => /^(?:--id|\$\{?menuentry_id_option\}?)$/.test(word));
    const joined = words.flatMap((word) => /^--id=(.+)$/.exec(word)?.[1] ?? []);
    return [...words.slice(0, 1), ...(option < 0 ? [] : words.slice(option + 1, option + 2)), ...joined];
  });
}

function isolinuxLabels(text: string): string[] {
  return [...text.matchAll(/^[ \t]*label[ \t]+(\S.*)/gim)].map(([, name]) => trimBlanks(name as ByteString));
}

/** Sets the timeout of ISOLINUX, which is in tenths of a second. */
export function isolinuxTimeout(text: string, seconds: number): string {
  const line = /^([ \t]*timeout[ \t]+)\d+/gim;
  if (line.test(text)) return text.replace(line, (_, head: string) => `${head}${seconds * 10}`);
  return /^[ \t]*(?:default|ui)[ \t]/im.test(text) ? `timeout ${seconds * 10}${lineEnd(text)}${text}` : text;
}

/** Sets the default entry of systemd-boot, by its file name or a pattern. */
export function loaderDefault(text: string, entry: string | number): string {
  return typeof entry === 'number' ? text : withKey(text, 'default', entry);
}

export function loaderTimeout(text: string, seconds: number): string {
  return withKey(text, 'timeout', String(seconds));
}

function withKey(text: string, key: string, value: string): string {
  const line = new RegExp(`^(${key}[ \\t]+)[^\\r\\n]*`, 'm');
  if (line.test(text)) return text.replace(line, (_, head: string) => head + value);
  const end = lineEnd(text);
  return `${text}${text === '' || text.endsWith('\n') ? '' : end}${key} ${value}${end}`;
}
