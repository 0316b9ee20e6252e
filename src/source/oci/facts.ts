// The description of a container image in its manifest and its configuration.

import type { RunSettings } from './documents.js';
import type { ImageOutline } from './layout.js';
import { platformText } from './platform.js';

/** A layer as it is stored. */
export interface ContainerLayer {
  /** Absent in an archive of docker save, which does not state it. */
  readonly digest?: string;
  /** Of the archive in it. */
  readonly diffId: string;
  readonly size: number;
}

/** An image, its parts, and how containers of it run. */
export interface ContainerFacts extends RunSettings {
  /** Digest of the manifest; absent in an archive of docker save, which has none. */
  readonly digest?: string;
  /** Digest of the configuration, which Docker calls the ID of the image. */
  readonly configDigest: string;
  /** `linux/arm64`; absent if the configuration does not state it. */
  readonly platform?: string;
  /** The lowest comes first. */
  readonly layers: readonly ContainerLayer[];
}

export function factsOf({ digest, configDigest, config, layers }: ImageOutline): ContainerFacts {
  const { platform, diffIds, run } = config;
  return {
    ...(digest !== undefined && { digest }),
    configDigest,
    ...(platform && { platform: platformText(platform) }),
    layers: layers.map(({ digest: stored, size }, index) => ({
      ...(stored !== undefined && { digest: stored }),
      diffId: diffIds[index]!,
      size,
    })),
    ...run,
  };
}
