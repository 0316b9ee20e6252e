// Container images made blob by blob, sound or not.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface GivenDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly platform?: object;
  readonly annotations?: object;
}

export interface GivenLayer {
  readonly archive: Uint8Array;
  readonly compression?: 'gzip' | 'zstd';
  readonly mediaType?: string;
}

export interface GivenImage {
  readonly layers: readonly (GivenLayer | Uint8Array)[];
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  readonly diffIds?: readonly string[];
  /** Further values of the configuration. */
  readonly settings?: object;
}

export const OCI = 'application/vnd.oci.image';
export const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A layout in a directory, which grows. */
export class OciLayout {
  readonly #entries: GivenDescriptor[] = [];

  constructor(readonly directory: string) {
    mkdirSync(join(directory, 'blobs/sha256'), { recursive: true });
    writeFileSync(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  }

  blob(bytes: Uint8Array, mediaType: string): GivenDescriptor {
    const digest = digestOf(bytes);
    writeFileSync(join(this.directory, 'blobs', digest.replace(':', '/')), bytes);
    return { mediaType, digest, size: bytes.length };
  }

  document(value: object, mediaType: string): GivenDescriptor {
    return this.blob(Buffer.from(JSON.stringify(value)), mediaType);
  }

  /** The descriptor of a manifest. */
  image({
    layers,
    platform = { os: 'linux', architecture: 'amd64' },
    diffIds,
    settings = {},
  }: GivenImage): GivenDescriptor {
    const given = layers.map((layer) => ('archive' in layer ? layer : { archive: layer }));
    const ids = diffIds ?? given.map(({ archive }) => digestOf(archive));
    const rootfs = { type: 'layers', diff_ids: ids };
    const config = this.document({ ...platform, ...settings, rootfs }, `${OCI}.config.v1+json`);
    const blobs = given.map(({ archive, compression, mediaType }) =>
      this.blob(
        packed(archive, compression),
        mediaType ?? `${OCI}.layer.v1.tar${compression ? `+${compression}` : ''}`,
      ),
    );
    const manifest = { schemaVersion: 2, mediaType: `${OCI}.manifest.v1+json`, config, layers: blobs };
    return { ...this.document(manifest, `${OCI}.manifest.v1+json`), platform };
  }

  /** Adds an entry to the index of the layout. */
  list(entry: GivenDescriptor, name?: string): this {
    const annotations = name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } };
    this.#entries.push({ ...entry, ...annotations });
    writeFileSync(join(this.directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: this.#entries }));
    return this;
  }
}

function packed(archive: Uint8Array, compression: GivenLayer['compression']): Uint8Array {
  if (compression === undefined) return archive;
  return compression === 'gzip' ? gzipSync(archive) : chunkedZstd(archive);
}

const BLOCK = 128 * 1024;

/** A zstd frame of stored blocks (RFC 8878), and a skippable frame with a table of contents, as zstd:chunked ends. */
function chunkedZstd(bytes: Uint8Array): Uint8Array {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  head.writeUInt32LE(bytes.length, 5);
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK);
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | (at + BLOCK >= bytes.length ? 1 : 0), 0, 3);
    blocks.push(header, block);
  }
  const table = Buffer.from('a table of contents');
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, table.length, 0, 0, 0]);
  return Buffer.concat([head, ...blocks, skippable, table]);
}
