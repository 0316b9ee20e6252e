// The characters of a description: UTF-8 unless a byte order mark or the XML declaration says otherwise (XML 1.0, F).

import { InvalidInputError } from '../../errors.js';

/** An XML declaration must end within this many bytes. */
const DECLARATION_LENGTH = 200;

/** Throws {@link InvalidInputError} `description.encoding` for bytes that are not text in their encoding. */
export function decodeText(bytes: Uint8Array, path: string): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    const known = !(error instanceof RangeError);
    const message = known ? `The description is not ${encoding} text.` : `The encoding "${encoding}" is not known.`;
    throw new InvalidInputError('description.encoding', message, { path, hint: 'Store the file as UTF-8.' });
  }
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE';
  const head = Buffer.from(bytes.subarray(0, DECLARATION_LENGTH)).toString('latin1');
  return /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]{1,40})["']/.exec(head)?.[1] ?? 'UTF-8';
}
