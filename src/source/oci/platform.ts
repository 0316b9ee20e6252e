// Platforms: operating system, architecture and variant, with the names that an index takes from Go (image-spec, image-index.md).

/** A kind of machine that images run on. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** Go's names by the kernel's names of architectures. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  i386: '386',
  i486: '386',
  i586: '386',
  i686: '386',
  aarch64: 'arm64',
  armv7l: 'arm/v7',
  armv6l: 'arm/v6',
  armhf: 'arm/v7',
  armel: 'arm/v5',
  ppc64el: 'ppc64le',
};
/** The variant of an architecture that states none. */
const PLAIN: Readonly<Record<string, string>> = { arm64: 'v8', arm: 'v7', amd64: 'v1' };
/** Variants, the latest first. A processor also runs programs for earlier variants, but prefers the latest. */
const EARLIER: Readonly<Record<string, readonly string[]>> = {
  arm: ['v8', 'v7', 'v6', 'v5'],
  amd64: ['v4', 'v3', 'v2', 'v1'],
};

/** `linux/arm64`, `linux/arm/v7`, `linux/x86_64`; undefined for any other text. */
export function parsePlatform(text: string): Platform | undefined {
  const parts = text.split('/');
  if (parts.length < 2 || parts.length > 3 || parts.some((part) => !/^[A-Za-z0-9_.-]+$/.test(part))) return undefined;
  const [os = '', machine = '', variant] = parts;
  const [architecture = '', implied] = (ARCHITECTURES[machine] ?? machine).split('/');
  return { os: os.toLowerCase(), architecture: architecture.toLowerCase(), variant: variant ?? implied };
}

/** `linux/arm/v7`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return variant ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`;
}

/** How well a system with `wanted` runs an image: 0 is best; undefined if it does not. */
export function platformRank(wanted: Platform, { os, architecture, variant }: Platform): number | undefined {
  if (wanted.os !== os || wanted.architecture !== architecture) return undefined;
  const plain = PLAIN[architecture] ?? '';
  const [asked, found] = [wanted.variant || plain, variant || plain];
  if (asked === found) return 0;
  const order = EARLIER[architecture] ?? [];
  const [from, to] = [order.indexOf(asked), order.indexOf(found)];
  return from >= 0 && to > from ? to - from : undefined;
}
