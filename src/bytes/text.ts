// Names and targets as byte strings: JavaScript strings in which every character is one byte (U+0000…U+00FF).
// Invalid UTF-8 survives, comparison with < is byte order, and V8 keeps such strings at one byte per character.

declare const byteString: unique symbol;

/** A string of bytes; each character code is one byte. Compare and sort with `<`: that is byte order. */
export type ByteString = string & { readonly [byteString]: true };

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const CHUNK = 8192;
/** Control characters, and marks, embeddings and isolates of the bidirectional algorithm (UAX #9). */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is being escaped
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Bytes → byte string. */
export function byteStringOf(bytes: Uint8Array): ByteString {
  if (bytes.length <= CHUNK) return characters(bytes);
  let text = '';
  for (let at = 0; at < bytes.length; at += CHUNK) text += characters(bytes.subarray(at, at + CHUNK));
  return text as ByteString;
}

/** Not with `...bytes`, which goes through an iterator and takes many times as long. */
function characters(bytes: Uint8Array): ByteString {
  return String.fromCharCode.apply(null, bytes as unknown as number[]) as ByteString;
}

/** Text → the byte string of its UTF-8 form. */
export function fromText(text: string): ByteString {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return byteStringOf(utf8.encode(text));
  }
  return text as ByteString;
}

/** Text, in its UTF-8 form, or bytes → byte string. */
export function fromTextOrBytes(given: string | Uint8Array): ByteString {
  return typeof given === 'string' ? fromText(given) : byteStringOf(given);
}

/** Byte string → bytes. */
export function bytesOf(name: ByteString): Uint8Array {
  const bytes = new Uint8Array(name.length);
  for (let i = 0; i < name.length; i++) bytes[i] = name.charCodeAt(i);
  return bytes;
}

/** Byte string → text, or undefined when the bytes are not UTF-8. */
export function toText(name: ByteString): string | undefined {
  if (isAscii(name)) return name;
  try {
    return strictUtf8.decode(bytesOf(name));
  } catch {
    return undefined;
  }
}

/**
 * Byte string → text for people, in one spelling that `shownName` reads back: control characters, characters that
 * change the direction of text, and bytes that are not UTF-8 appear as `\xHH`, one for each byte. So does a backslash that
 * would read as one of these.
 */
export function displayText(name: ByteString): string {
  const unambiguous = name.replace(/\\(?=x[0-9a-f]{2})/gi, '\\x5c') as ByteString;
  const text = toText(unambiguous) ?? hexEscaped(unambiguous);
  return text.replace(UNPRINTABLE, (character) => hexEscaped(fromText(character), 0));
}

/** The bytes of a name as {@link displayText} shows it; undefined if nothing in it is escaped. */
export function shownName(text: ByteString): ByteString | undefined {
  const bytes = text.replace(/\\x([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
  return bytes === text ? undefined : (bytes as ByteString);
}

/** Text for a descriptor field: bytes that are not UTF-8 become U+FFFD. */
export function lossyText(name: ByteString): string {
  return isAscii(name) ? name : lossyUtf8.decode(bytesOf(name));
}

/** Without ASCII blanks at both ends. `trim` is for text: it also removes U+00A0, which is the last byte of "à". */
export function trimBlanks(text: ByteString): ByteString {
  return withoutEnd(text, ' \t\n\r\f\v').replace(/^[ \t\n\r\f\v]+/, '') as ByteString;
}

/** Without the given characters at its end. A regular expression for it takes quadratic time if others follow a run of them. */
export function withoutEnd<T extends string>(text: T, characters: string): T {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end--;
  return text.slice(0, end) as T;
}

/** Without the given characters at its end, except one after a backslash that escapes it. */
export function withoutUnescapedEnd<T extends string>(text: T, characters: string): T {
  const kept = withoutEnd(text, characters);
  const backslashes = kept.length - withoutEnd(kept, '\\').length;
  return text.slice(0, kept.length + (backslashes % 2)) as T;
}

/** The text before the first NUL. */
export function untilNul<T extends string>(text: T): T {
  const end = text.indexOf('\0');
  return (end < 0 ? text : text.slice(0, end)) as T;
}

/** The words between ASCII blanks. */
export function blankSeparated(text: ByteString): ByteString[] {
  return text.split(/[ \t\n\r\f\v]+/).filter((word) => word !== '') as ByteString[];
}

/** Byte order: negative, 0 or positive. For use with `sort`. */
export function compareBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export function isAscii(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) > 0x7f) return false;
  return true;
}

function hexEscaped(name: string, from = 0x80): string {
  let text = '';
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    text += code < from ? name[i] : `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return text;
}
