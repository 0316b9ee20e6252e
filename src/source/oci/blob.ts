// Finds blobs by their digests (image-spec, descriptor.md, "Digests"), and reads documents.

import { asBytes, createDigest, type DigestName, type Run } from '../../io/index.js';
import type { Descriptor } from './documents.js';
import { parseJson, type Refuse } from './documents.js';
import { damagedImage, unsupportedImage } from './errors.js';
import type { Store, StoredFile } from './store.js';

/** Most bytes of a document, the limit of containers/image and containerd. Real ones have about a hundredth of this. */
export const LARGEST_DOCUMENT = 4 * 1024 ** 2;
/** Hexadecimal digits of each digest that the specification registers. */
const DIGESTS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** A parsed digest. */
export interface ParsedDigest {
  readonly name: DigestName;
  readonly hex: string;
}

/** Parses a digest. Throws for one that cannot be checked here. */
export function parseDigest(shown: string, digest: string): ParsedDigest {
  const [, name = '', hex = ''] = /^([a-z0-9]+(?:[.+_-][a-z0-9]+)*):([A-Za-z0-9=_-]+)$/.exec(digest) ?? [];
  if (name !== '' && !Object.hasOwn(DIGESTS, name)) {
    throw unsupportedImage(shown, 'oci.digest-algorithm', `Digests of the kind ${name} are not read.`);
  }
  if (hex.length !== DIGESTS[name] || !/^[0-9a-f]+$/.test(hex)) {
    throw damagedImage(shown, 'oci.digest', `${JSON.stringify(digest.slice(0, 200))} is not a digest.`);
  }
  return { name: name as DigestName, hex };
}

/** The file of a blob; undefined if the image does not have it. Its size is checked, its digest is not. */
export async function findBlob(store: Store, descriptor: Descriptor): Promise<StoredFile | undefined> {
  const { digest, size } = descriptor;
  const { name, hex } = parseDigest(store.shown, digest);
  const file = await store.file(`blobs/${name}/${hex}`, descriptor);
  if (file && file.content.size !== size) {
    throw damagedImage(store.shown, 'oci.size', `${digest} has ${file.content.size} bytes; ${size} are stated.`);
  }
  return file;
}

/** The document of a descriptor. Throws if it is missing, does not match its digest, or is not JSON. */
export async function readBlobDocument(store: Store, descriptor: Descriptor, run: Run) {
  const { digest } = descriptor;
  const file = await findBlob(store, descriptor);
  if (!file) throw damagedImage(store.shown, 'oci.missing', `${digest} is missing.`, COPY_AGAIN);
  return readDocument(store, file, digest, run, digest);
}

/** Reads a document, which messages call `name`. If `digest` is given, the bytes must match it. */
export async function readDocument(store: Store, { content }: StoredFile, name: string, run: Run, digest?: string) {
  const refuse = refusal(store, name);
  if (content.size > LARGEST_DOCUMENT) return refuse(`has ${content.size} bytes; ${LARGEST_DOCUMENT} are read`);
  const bytes = new Uint8Array(content.size);
  const check = digest === undefined ? undefined : digestCheck(store.shown, digest);
  let at = 0;
  for await (const piece of asBytes(content.pieces(run), run)) {
    bytes.set(piece, at);
    check?.update(piece);
    at += piece.length;
  }
  check?.end(name);
  return { value: parseJson(bytes, refuse), refuse };
}

function refusal({ shown }: Store, name: string): Refuse {
  return (what) => {
    throw damagedImage(shown, 'oci.document', `${name} ${what}.`);
  };
}

/** Advice for an incomplete image. */
export const COPY_AGAIN = 'Copy the image again.';

/** Compares the digest of a stream with the stated one. */
export interface DigestCheck {
  update(bytes: Uint8Array): void;
  /** Throws if the bytes do not have the digest. */
  end(what: string): void;
}

export function digestCheck(shown: string, stated: string): DigestCheck {
  const { name, hex } = parseDigest(shown, stated);
  const digest = createDigest(name);
  return {
    update: digest.update,
    end: (what) => {
      const found = digest.hex();
      if (found === hex) return;
      throw damagedImage(
        shown,
        'oci.digest-mismatch',
        `${what} has the digest ${name}:${found}; ${stated} is stated.`,
        COPY_AGAIN,
      );
    },
  };
}
