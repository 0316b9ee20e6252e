// An image in a registry in the form of an image layout: an index with one image, and blobs that are fetched on request.

import { bytesSource, createDigest, type Run } from '../../io/index.js';
import { digestCheck, LARGEST_DOCUMENT, parseDigest } from './blob.js';
import type { Descriptor } from './documents.js';
import { absent } from './errors.js';
import { DOCUMENTS, isDocument } from './layout.js';
import { RegistryClient } from './registry-client.js';
import type { RegistryPlace } from './registry-connection.js';
import type { SpoolFile } from './spool-file.js';
import type { Store, StoredFile } from './store.js';
import { storedContent } from './stored-range.js';

/** An image in a registry. */
export interface RegistryImage extends RegistryPlace {
  /** A tag, or a digest with `@` before it. */
  readonly tag: string;
}

/** Opens an image in a registry. Its blobs are stored in the spool unchanged. */
export function registryStore(image: RegistryImage, spool: SpoolFile, run: Run): Store {
  const shown = `oci://${image.host}/${image.repository}`;
  const client = new RegistryClient(image, run);
  const documents = new Map<string, Uint8Array>();

  const document = async (reference: string) => {
    const found = await client.document(`manifests/${reference}`, DOCUMENTS, LARGEST_DOCUMENT);
    if (!found) return undefined;
    const digest = createDigest('sha256');
    digest.update(found.bytes);
    const name = `sha256:${digest.hex()}`;
    documents.set(name, found.bytes);
    return { mediaType: found.type, digest: name, size: found.bytes.length };
  };

  const index = async (): Promise<StoredFile> => {
    const asked = image.tag.replace(/^@/, '');
    const found = await document(asked);
    if (!found) throw absent(shown, 'oci.tag', `It has no image ${image.tag}.`);
    if (image.tag.startsWith('@')) {
      const check = digestCheck(shown, asked);
      check.update(documents.get(found.digest)!);
      check.end('The manifest');
    }
    return stored(Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [found] })));
  };

  const blob = async ({ digest, size, mediaType }: Descriptor): Promise<StoredFile | undefined> => {
    parseDigest(shown, digest);
    if (isDocument(mediaType) && !documents.has(digest)) await document(digest);
    const known = documents.get(digest);
    if (known) return stored(known);
    const pieces = await client.blob(digest, size);
    if (!pieces) return undefined;
    const place = await spool.append(pieces);
    return { content: storedContent(place), place };
  };

  return {
    shown,
    file: async (name, descriptor) => {
      if (descriptor) return blob(descriptor);
      return name === 'index.json' ? index() : undefined;
    },
  };
}

function stored(bytes: Uint8Array): StoredFile {
  return { content: bytesSource(bytes), place: undefined };
}
