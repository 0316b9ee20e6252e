// OSTA Compressed Unicode (UDF 2.1.1, 2.1.3): characters in 8 or 16 bits after a byte that says which; dstrings carry
// their length in their last byte.

import type { Field } from '../../bytes/index.js';

/** Content of every charspec: type 0 and this text. */
const CHARSET = 'OSTA Compressed Unicode';

/** The 64 bytes that name the character set of a descriptor (ECMA-167 1/7.2.1). */
export const OSTA_CHARSET = charspec();

function charspec(): Uint8Array {
  const bytes = new Uint8Array(64);
  for (let i = 0; i < CHARSET.length; i++) bytes[i + 1] = CHARSET.charCodeAt(i);
  return bytes;
}

/** Whether 8 bits are enough for every UTF-16 unit of the text. */
export function isNarrow(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** Bytes of the compressed form. */
export function cs0Length(text: string): number {
  return text === '' ? 0 : 1 + text.length * (isNarrow(text) ? 1 : 2);
}

/** The compressed form. Characters beyond 16 bits stay pairs of surrogates, as every current reader takes them. */
export function encodeCs0(text: string): Uint8Array {
  const bytes = new Uint8Array(cs0Length(text));
  if (text === '') return bytes;
  const narrow = isNarrow(text);
  bytes[0] = narrow ? 8 : 16;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (narrow) bytes[1 + i] = unit;
    else {
      bytes[1 + i * 2] = unit >>> 8;
      bytes[2 + i * 2] = unit;
    }
  }
  return bytes;
}

/** Inverse of {@link encodeCs0}; undefined for another compression than 8 and 16 bits. */
export function decodeCs0(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return '';
  const wide = bytes[0] === 16;
  if (!wide && bytes[0] !== 8) return undefined;
  let text = '';
  if (!wide) for (let at = 1; at < bytes.length; at++) text += String.fromCharCode(bytes[at]!);
  else for (let at = 1; at + 1 < bytes.length; at += 2) text += String.fromCharCode(bytes[at]! * 256 + bytes[at + 1]!);
  return text;
}

/** The longest start of `text` whose compressed form has at most `room` bytes. */
export function cutToFit(text: string, room: number): string {
  let cut = text;
  while (cs0Length(cut) > room) {
    const last = cut.charCodeAt(cut.length - 1);
    // A lone surrogate is not a character.
    cut = cut.slice(0, last >= 0xdc00 && last <= 0xdfff ? -2 : -1);
  }
  return cut;
}

/** A text in `length` bytes; longer ones are cut. */
export function dstring(at: number, length: number): Field<string> {
  return {
    at,
    length,
    read: (view, base) => {
      const used = Math.min(view.getUint8(base + at + length - 1), length - 1);
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + at, used);
      return decodeCs0(bytes) ?? '';
    },
    write: (view, base, value) => {
      const bytes = new Uint8Array(view.buffer, view.byteOffset + base + at, length).fill(0);
      const encoded = encodeCs0(cutToFit(value, length - 1));
      bytes.set(encoded);
      bytes[length - 1] = encoded.length;
    },
  };
}
