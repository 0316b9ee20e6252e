// Identifiers of the Joliet hierarchy: up to 64 UCS-2 characters, big-endian, without version numbers (Joliet §"Identifiers").

import { type ByteString, lossyText } from '../../bytes/index.js';
import { SHORTEST_EXTENSION_KEPT } from './iso-name.js';
import type { NameParts, NameScheme } from './naming.js';

export const JOLIET_LENGTH = 64;
/** As many characters as fit a directory record together with a version number: beyond the specification, read everywhere. */
export const JOLIET_LONG = 103;
/** Characters beyond UCS-2, and those that Joliet has no place for. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are forbidden in Joliet names
const FORBIDDEN = /[\ud800-\udbff][\udc00-\udfff]|[\u0000-\u001f*/:;?\\\ufffd]/g;

/** Names in ASCII that Joliet has as they are. */
const PLAIN = /^[ !-)+-.0-9<->@-[\]-~]*$/;

/** The scheme for names of at most `longest` characters. */
export function jolietNames(longest = JOLIET_LENGTH): NameScheme {
  const isPlain = (name: string) => name.length <= longest && PLAIN.test(name);
  const room = (extension: string) => (extension === '' ? longest : longest - 1 - extension.length);
  return {
    tagLength: 6,
    plain: (name, isDirectory) => {
      const { base, extension } = split(jolietText(name), isDirectory);
      const kept = extension.slice(0, Math.max(SHORTEST_EXTENSION_KEPT, longest - 1 - base.length));
      return { base: base.slice(0, room(kept)), extension: kept };
    },
    tagged: ({ base, extension }, tag) => ({ base: base.slice(0, room(extension) - tag.length) + tag, extension }),
    isExact: (name, parts) => (isPlain(name) ? name : lossyText(name)) === joined(parts),
    identifier: (parts) => bigEndian(joined(parts)),
  };
}

/** The name in allowed characters. Characters beyond UCS-2 and bytes that are not UTF-8 become underscores. */
function jolietText(name: ByteString): string {
  return lossyText(name).replace(FORBIDDEN, '_');
}

function split(text: string, isDirectory: boolean): NameParts {
  const dot = isDirectory ? -1 : text.lastIndexOf('.');
  // "name." keeps its dot: in Joliet a dot at the end is part of the name.
  if (dot <= 0 || dot === text.length - 1) return { base: text, extension: '' };
  return { base: text.slice(0, dot), extension: text.slice(dot + 1) };
}

function joined({ base, extension }: NameParts): string {
  return extension === '' ? base : `${base}.${extension}`;
}

/** A buffer for the longest identifier, reused for all of them. */
const scratch = Buffer.alloc(2 * JOLIET_LONG);

function bigEndian(text: string): ByteString {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    scratch[2 * i] = unit >>> 8;
    scratch[2 * i + 1] = unit & 0xff;
  }
  // One string in one piece: a string made by `+` is kept by V8 as a tree of its parts.
  return scratch.toString('latin1', 0, 2 * text.length) as ByteString;
}
