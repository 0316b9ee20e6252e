// Base64 (RFC 4648), as lenient as writers of archives need it.

/** The bytes of a text up to its padding; characters of no alphabet are passed over. */
export function base64Bytes(text: string): Uint8Array {
  const digits = text
    .replace(/=.*/s, '')
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/[^A-Za-z0-9+/]/g, '');
  // One digit alone is not a byte.
  const whole = digits.length % 4 === 1 ? digits.slice(0, -1) : digits;
  return Uint8Array.from(atob(whole), (character) => character.charCodeAt(0));
}
