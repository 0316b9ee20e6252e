// Names of container images: on the local system as skopeo and podman spell them, and in a registry.

import type { ByteString } from '../../bytes/index.js';

/** How an image is stored. */
export type Transport = 'oci' | 'oci-archive' | 'docker-archive' | 'registry';

const LOCAL: readonly Transport[] = ['oci-archive', 'docker-archive', 'oci'];

/** A container image: where it is, and which of the images there. */
export interface ContainerReference {
  readonly transport: Transport;
  /** Of the directory or archive; host and repository of an image in a registry. */
  readonly path: ByteString;
  /** The name, or with a leading `@` the digest, of one image; undefined for the only one. */
  readonly tag?: string;
}

/**
 * Takes a name apart: `oci://HOST/REPOSITORY[:TAG]`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME:TAG]`, and `@sha256:…` for a digest.
 * Undefined for other names. The longest path that `exists` counts, so that it may hold colons.
 */
export function parseContainerReference(
  name: ByteString,
  exists: (path: ByteString) => boolean,
): ContainerReference | undefined {
  const registry = /^oci:\/\/([^/]+)\/([^:@]+)(?::([^@]*))?(@.+)?$/.exec(name);
  if (registry) return registryReference(registry);
  const transport = LOCAL.find((each) => name.startsWith(`${each}:`));
  if (!transport) return undefined;
  const rest = name.slice(transport.length + 1);
  const cuts = [rest.length, ...[...rest.matchAll(/[:@]/g)].map(({ index }) => index).reverse()];
  const first = rest.search(/:/);
  const at =
    cuts.find((cut) => cut > 0 && exists(rest.slice(0, cut) as ByteString)) ?? (first > 0 ? first : rest.length);
  const path = rest.slice(0, at) as ByteString;
  const tag = rest.slice(rest[at] === '@' ? at : at + 1);
  return tag === '' ? { transport, path } : { transport, path, tag };
}

function registryReference([, host = '', repository = '', tag, digest]: RegExpExecArray): ContainerReference {
  const isShort = host === 'docker.io' && !repository.includes('/');
  const path = `${host}/${isShort ? 'library/' : ''}${repository}` as ByteString;
  return { transport: 'registry', path, tag: digest ?? (tag || 'latest') };
}
