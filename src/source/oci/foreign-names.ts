// Names of images and archives that other programs read, and ways to get their content here.

import { type ByteString, displayText } from '../../bytes/index.js';
import { UnsupportedError } from '../../errors.js';

/** Why a name is not read, and what to do instead. `rest` is the name without its first word. */
interface ForeignName {
  readonly what: string;
  hint(rest: string): string;
}

const copied = (name: string) => `Copy it with skopeo copy ${name} oci-archive:FILE, and give oci-archive:FILE.`;

/** Transports of containers-transports(5) that are not read, and addresses, by their first words. */
const FOREIGN: Readonly<Record<string, ForeignName>> = {
  'containers-storage:': {
    what: "an image in Podman's storage, whose format is private to it",
    hint: (rest) => `Save it with podman save -o FILE ${rest}, and give docker-archive:FILE.`,
  },
  'docker-daemon:': {
    what: 'an image that a Docker daemon keeps',
    hint: (rest) => `Save it with docker save -o FILE ${rest}, and give docker-archive:FILE.`,
  },
  'docker://': {
    what: "the spelling of other programs for an image in a registry, which may have the host's name left out",
    hint: (rest) => `Give ${registryName(rest)}.`,
  },
  'dir:': {
    what: "a directory of blobs in skopeo's own layout",
    hint: (rest) => copied(`dir:${rest}`),
  },
  'ostree:': {
    what: 'a commit of an OSTree repository',
    hint: () => 'Check it out with ostree checkout, and give the directory.',
  },
  'sif:': {
    what: 'an image of Singularity',
    hint: (rest) => copied(`sif:${rest}`),
  },
  ...Object.fromEntries(
    ['http://', 'https://', 'ftp://'].map((scheme) => [
      scheme,
      {
        what: 'an address; only container images are fetched',
        hint: () => 'Download the file first; oci://HOST/REPOSITORY:TAG names a container image in a registry.',
      },
    ]),
  ),
};

/** The error for a name that other programs would understand; undefined for any other name. */
export function foreignName(name: ByteString): UnsupportedError | undefined {
  const start = Object.keys(FOREIGN).find((each) => name.startsWith(each));
  if (start === undefined) return undefined;
  const { what, hint } = FOREIGN[start]!;
  const [shown, rest] = [displayText(name), displayText(name.slice(start.length) as ByteString)];
  return new UnsupportedError('source.transport', `${shown} is ${what}.`, { path: shown, hint: hint(rest) });
}

/** With the host and the first part of the repository that Docker and Podman add: `alpine` is `docker.io/library/alpine`. */
function registryName(name: string): string {
  const [host = '', ...repository] = name.split('/');
  const hasHost = repository.length > 0 && /[.:]|^localhost$/.test(host);
  return `oci://${hasHost ? name : `docker.io/${repository.length > 0 ? name : `library/${name}`}`}`;
}
