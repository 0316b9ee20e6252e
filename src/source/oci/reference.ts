// Parses names of container images: local ones as skopeo and Podman spell them, and those in a registry.

import type { ByteString } from '../../bytes/index.js';

/** How an image is stored. */
export type Transport = 'oci' | 'oci-archive' | 'docker-archive' | 'registry';

const LOCAL: readonly Transport[] = ['oci-archive', 'docker-archive', 'oci'];

/** The name of a container image: its place, and its tag there. */
export interface ContainerReference {
  readonly transport: Transport;
  /** Path of the directory or archive; for a registry, host and repository. */
  readonly path: ByteString;
  /** The name of one image, or its digest after `@`; undefined if there must be only one. */
  readonly tag?: string;
}

/**
 * Parses `oci://HOST/REPOSITORY[:TAG]`, `oci:DIR[:TAG]`, `oci-archive:FILE[:TAG]` and `docker-archive:FILE[:NAME:TAG]`; `@sha256:…` in place of
 * a tag is a digest. Undefined for other names. The longest path that `exists` is taken, because paths may contain colons.
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
