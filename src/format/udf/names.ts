// Names as UDF can hold them: 254 characters of 8 bits or 127 of 16 (UDF 2.3.4.2). Names that have to change get a tag
// computed from all their bytes, so that they stay apart and stay the same when others come or go.

import { type ByteString, bytesOf, crc32, lossyText, toText } from '../../bytes/index.js';
import { cs0Length, cutToFit } from './cs0.js';

/** Most bytes of a compressed name. */
export const NAME_BYTES = 255;
const TAG_DIGITS = 8;
const LONGEST_EXTENSION = 16;

/** The text of a name that can be stored as it is; undefined for others. */
export function exactName(name: ByteString): string | undefined {
  const text = toText(name);
  return text !== undefined && cs0Length(text) <= NAME_BYTES ? text : undefined;
}

/** The names of a directory as stored, in their order, all different. */
export function storedNames(names: Iterable<ByteString>): string[] {
  const all = [...names];
  const stored = all.map(exactName);
  if (!stored.includes(undefined)) return stored as string[];
  const taken = new Set(stored);
  return stored.map((name, i) => name ?? changedName(all[i]!, taken));
}

function changedName(name: ByteString, taken: Set<string | undefined>): string {
  for (let attempt = 0; ; attempt++) {
    const changed = tagged(name, attempt === 0 ? name : (`${name}/${attempt}` as ByteString));
    if (taken.has(changed)) continue;
    taken.add(changed);
    return changed;
  }
}

/** `start of the name#0123abcd.extension` */
function tagged(name: ByteString, tagOf: ByteString): string {
  const text = lossyText(name).replaceAll('\ufffd', '_');
  const dot = text.lastIndexOf('.');
  const hasExtension = dot > 0 && text.length - dot <= LONGEST_EXTENSION;
  const tail = `#${crc32(bytesOf(tagOf)).toString(16).padStart(TAG_DIGITS, '0')}${hasExtension ? text.slice(dot) : ''}`;
  let base = hasExtension ? text.slice(0, dot) : text;
  while (cs0Length(base + tail) > NAME_BYTES) {
    // Wide characters anywhere make all of them wide, so the whole is measured, not the part.
    const shorter = cutToFit(base, cs0Length(base) - 1);
    base = shorter;
  }
  return base + tail;
}
