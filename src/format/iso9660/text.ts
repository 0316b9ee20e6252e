// Text fields of descriptors: a-characters (ECMA-119 §7.4.1) and UCS-2 big-endian (Joliet specification).

/** Upper case, with all characters that are not a-characters replaced by underscores. */
export function aCharacters(text: string): string {
  return text.toUpperCase().replace(/[^A-Z0-9 _!"%&'()*+,\-./:;<=>?]/g, '_');
}

/** Text padded with blanks to `length` bytes, cut if longer; characters beyond ASCII become underscores. */
export function asciiField(text: string, length: number): Uint8Array {
  const field = new Uint8Array(length).fill(0x20);
  let at = 0;
  for (const character of text) {
    if (at === length) break;
    const code = character.codePointAt(0)!;
    field[at++] = code < 0x80 ? code : 0x5f;
  }
  return field;
}

/** Text as UCS-2 big-endian padded with blanks to `length` bytes, cut if longer. A last odd byte is zero. */
export function ucs2Field(text: string, length: number): Uint8Array {
  const field = new Uint8Array(length);
  const units = [...text].map((character) => (character.length === 1 ? character.charCodeAt(0) : 0x5f));
  for (let i = 0; i * 2 + 1 < length; i++) {
    const unit = units[i] ?? 0x20;
    field[i * 2] = unit >>> 8;
    field[i * 2 + 1] = unit;
  }
  return field;
}
