// The label that becomes the default of ISOLINUX.

import { type ByteString, trimBlanks } from '../../bytes/index.js';
import { plainPath } from '../kept/plain-names.js';
import { type MenuText, resolvedPath } from './disc-files.js';
import { type MenuDefault, ownMenus, sameLetters } from './menu-default.js';

const LINE = /^[ \t]*(?:(label)|(menu[ \t]+label)|(menu[ \t]+(?:begin|end)\b)|(?:menu[ \t]+)?include)[ \t]*(.*)/gim;

/** An entry: its label, and the text that a menu shows for it. */
interface LabelledEntry {
  readonly label: string;
  text?: string;
}

/** The default of every menu: a file with those that it includes. */
export function isolinuxDefaults(texts: readonly MenuText[], wanted: string | number): MenuDefault[] {
  const places = new Map(texts.map((one) => [placeOf(one, one.path), one]));
  // Plain identifiers of ISO 9660 and names of FAT mean the same in any case.
  const plain = new Map(texts.map((one) => [placeOf(one, plainPath(one.path)), one]));
  const included = new Set<MenuText>();
  const read = (file: MenuText, seen: Set<MenuText>): LabelledEntry[] => {
    if (seen.has(file)) return [];
    seen.add(file);
    const entries: LabelledEntry[] = [];
    let current: LabelledEntry | undefined;
    for (const [, isLabel, isText, isBorder, rest] of file.text.matchAll(LINE)) {
      const value = trimBlanks(rest as ByteString);
      if (isBorder !== undefined) current = undefined;
      else if (isLabel !== undefined) {
        current = { label: value };
        entries.push(current);
      } else if (isText !== undefined) {
        // The character after the first ^ is the one to type.
        if (current) current.text ??= value.replace('^', '');
      } else {
        const path = resolvedPath(file.path, value.split(/[ \t]/, 1)[0]!);
        const other = places.get(placeOf(file, path)) ?? plain.get(placeOf(file, plainPath(path)));
        if (!other || other === file) continue;
        included.add(other);
        for (const entry of read(other, seen)) entries.push(entry);
      }
    }
    return entries;
  };
  const menus = texts.map((root) => {
    const files = new Set<MenuText>();
    const entries = read(root, files);
    return { root, files: [...files], entries };
  });
  return ownMenus(menus, included)
    .filter(({ entries }) => entries.length > 0)
    .map(({ root, files, entries }) => ({ named: root, files, value: labelIn(entries, wanted) }));
}

function placeOf({ volume }: MenuText, path: string): string {
  return `${volume?.name ?? ''}#${path}`;
}

function labelIn(entries: readonly LabelledEntry[], wanted: string | number): string | undefined {
  if (typeof wanted === 'number') return entries[wanted]?.label;
  const isSame = sameLetters(wanted);
  const found =
    entries.find(({ label }) => isSame(label)) ??
    entries.find(({ text }) => text === wanted) ??
    entries.find(({ text }) => text !== undefined && isSame(text));
  return found?.label;
}
