// Names of directory entries as text: long ones collected from the entries before, short ones with their case bits
// (fatgen103 "Long Directory Entries").

import { ATTRIBUTE, type DirectoryEntry, ENTRY_SIZE, longNameEntry, shortNameChecksum } from './directory-entry.js';

const LAST_PART = 0x40;
const MOST_PARTS = 20;
const LOWER_BASE = 0x08;
const LOWER_EXTENSION = 0x10;
/** Stored in place of a first byte of 0xe5, which would mean a deleted entry. */
const KANJI = 0x05;
/** Short names are in the code page of their writer, which is unknown; that of the first PCs is a common assumption. */
const UPPER_HALF =
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0';

/** Collects the parts of a long name until their short entry. */
export class LongNameReader {
  #parts: string[] = [];
  #expected = 0;
  #checksum = 0;

  /** Drops a long name without its short entry. */
  forget(): void {
    this.#parts = [];
    this.#expected = 0;
  }

  /** One long-name entry; parts come from the last to the first. */
  part(raw: Uint8Array): void {
    const entry = longNameEntry.decode(raw.subarray(0, ENTRY_SIZE));
    const number = entry.order & ~LAST_PART;
    if ((entry.order & LAST_PART) !== 0) {
      this.forget();
      this.#expected = number;
      this.#checksum = entry.checksum;
    }
    if (number === 0 || number > MOST_PARTS || number !== this.#expected || entry.checksum !== this.#checksum) {
      this.forget();
      return;
    }
    this.#expected--;
    this.#parts.unshift(unitsOf(entry.units1) + unitsOf(entry.units2) + unitsOf(entry.units3));
  }

  /** The name of a short entry: the long name before it if that belongs to it, otherwise its own. */
  of(record: DirectoryEntry): string {
    const isWhole = this.#parts.length > 0 && this.#expected === 0;
    const belongs = isWhole && this.#checksum === shortNameChecksum(record.name);
    const long = this.#parts.join('');
    this.forget();
    const isLabel = (record.attributes & ATTRIBUTE.volumeLabel) !== 0;
    return belongs && !isLabel ? long.split('\0', 1)[0]! : shortName(record);
  }
}

function unitsOf(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) text += String.fromCharCode(bytes[at]! | (bytes[at + 1]! << 8));
  return text;
}

/** The characters of an entry's name field, one for each byte. */
export function dosText(name: Uint8Array): string {
  const first = name[0] === KANJI ? 0xe5 : name[0]!;
  return Array.from([first, ...name.subarray(1)], (byte) =>
    byte < 0x80 ? String.fromCharCode(byte) : UPPER_HALF[byte - 0x80]!,
  ).join('');
}

function shortName({ name, caseBits }: DirectoryEntry): string {
  const text = dosText(name);
  const part = (from: number, to: number, lower: number) => {
    const trimmed = text.slice(from, to).trimEnd();
    return (caseBits & lower) === 0 ? trimmed : trimmed.toLowerCase();
  };
  const extension = part(8, 11, LOWER_EXTENSION);
  return part(0, 8, LOWER_BASE) + (extension === '' ? '' : `.${extension}`);
}
