// The parts of DER that signatures need: elements, and names in certificates (ITU-T X.690, RFC 5652, RFC 5280).

import { hexOf } from '../bytes/index.js';

/** An element: its tag, its content, and all of its bytes. */
export interface Der {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_ID = 0x06;
const OCTET_STRING = 0x04;
/** Tag: constructed, context-specific, number 0. */
const CONTEXT_0 = 0xa0;
/** The object identifier 2.5.4.3, in hexadecimal. */
const COMMON_NAME = '550403';

/** The elements in a range of bytes, in order. An element that exceeds the range ends the list. */
export function elementsIn(bytes: Uint8Array): Der[] {
  const found: Der[] = [];
  for (let at = 0; at + 2 <= bytes.length; ) {
    const first = bytes[at + 1]!;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    if (lengthBytes > 4 || at + 2 + lengthBytes > bytes.length) break;
    let length = first < 0x80 ? first : 0;
    for (let i = 0; i < lengthBytes; i++) length = length * 256 + bytes[at + 2 + i]!;
    const start = at + 2 + lengthBytes;
    if (start + length > bytes.length) break;
    const content = bytes.subarray(start, start + length);
    found.push({ tag: bytes[at]!, content, whole: bytes.subarray(at, start + length) });
    at = start + length;
  }
  return found;
}

/** The names in a certificate. */
export interface CertificateNames {
  readonly subject: string;
  readonly issuer: string;
}

/** A signed message: its signers, and the digest that they signed. */
export interface SignedMessage {
  readonly signers: readonly CertificateNames[];
  /** The signed digest, hexadecimal; undefined if the message has none. */
  readonly digest: string | undefined;
}

/** Reads a PKCS #7 message with the digest of a program (Authenticode); undefined for anything else. */
export function readSignedMessage(bytes: Uint8Array): SignedMessage | undefined {
  const [outer] = elementsIn(bytes);
  const [, wrapped] = outer?.tag === SEQUENCE ? elementsIn(outer.content) : [];
  const [signed] = wrapped?.tag === CONTEXT_0 ? elementsIn(wrapped.content) : [];
  if (signed?.tag !== SEQUENCE) return undefined;
  const parts = elementsIn(signed.content);
  const content = parts[2];
  const certificates = parts.find(({ tag }) => tag === CONTEXT_0);
  const infos = parts.findLast(({ tag }) => tag === SET);
  const known = certificates ? elementsIn(certificates.content).flatMap(certificateOf) : [];
  const signers = infos ? elementsIn(infos.content).flatMap((info) => signerOf(info, known)) : [];
  return { signers, digest: content && digestIn(content) };
}

interface Certificate extends CertificateNames {
  /** The bytes of issuer and serial number, by which a signature names its certificate. */
  readonly id: string;
}

function certificateOf({ content }: Der): Certificate[] {
  const [body] = elementsIn(content);
  const fields = body ? elementsIn(body.content) : [];
  // All but the oldest certificates begin with a version.
  const [serial, , issuer, , subject] = fields[0]?.tag === CONTEXT_0 ? fields.slice(1) : fields;
  if (!serial || !issuer || !subject) return [];
  return [{ subject: commonName(subject), issuer: commonName(issuer), id: hexOf(issuer.whole) + hexOf(serial.whole) }];
}

function signerOf({ content }: Der, known: readonly Certificate[]): CertificateNames[] {
  const [, identity] = elementsIn(content);
  const [issuer, serial] = identity ? elementsIn(identity.content) : [];
  if (!issuer || !serial) return [];
  const found = known.find(({ id }) => id === hexOf(issuer.whole) + hexOf(serial.whole));
  return [found ? { subject: found.subject, issuer: found.issuer } : { subject: '', issuer: commonName(issuer) }];
}

/** The last common name in a distinguished name, or its first value if it has no common name. */
function commonName(name: Der): string {
  let text = '';
  for (const set of elementsIn(name.content)) {
    for (const pair of elementsIn(set.content)) {
      const [kind, value] = elementsIn(pair.content);
      if (kind?.tag === OBJECT_ID && hexOf(kind.content) === COMMON_NAME && value)
        text = new TextDecoder().decode(value.content);
    }
  }
  return text;
}

/** The digest in the content of an Authenticode message: the last octet string of its last element. */
function digestIn({ content }: Der): string | undefined {
  const [, wrapped] = elementsIn(content);
  const [indirect] = wrapped ? elementsIn(wrapped.content) : [];
  const info = indirect ? elementsIn(indirect.content).at(-1) : undefined;
  const digest = info ? elementsIn(info.content).at(-1) : undefined;
  return digest?.tag === OCTET_STRING ? hexOf(digest.content) : undefined;
}
