// The archive of `docker save` and `podman save --format docker-archive`: manifest.json lists images by the paths of their parts.
// https://github.com/moby/docker-image-spec/blob/main/v1.2.md, "Combined Image JSON + Filesystem Changeset Format".

import { asBytes, createDigest, type Run } from '../../io/index.js';
import { COPY_AGAIN, readDocument } from './blob.js';
import { type DockerImage, readConfig, readDockerImages } from './documents.js';
import { absent, damagedImage } from './errors.js';
import {
  checkLayers,
  checkPlatform,
  type ImageChoice,
  type ImageOutline,
  namesHint,
  type OutlinedLayer,
} from './layout.js';
import type { Store, StoredFile } from './store.js';

/** Throws for an archive that holds no such image, or a damaged one. */
export async function chooseFromDockerArchive(store: Store, choice: ImageChoice, run: Run): Promise<ImageOutline> {
  const list = await store.file('manifest.json');
  if (!list) {
    const isLayout = (await store.file('index.json')) !== undefined;
    const hint = isLayout ? 'It is an OCI image: write oci-archive: before its name.' : undefined;
    throw damagedImage(
      store.shown,
      'oci.no-image',
      'It has no manifest.json, so it is not an archive of docker save.',
      hint,
    );
  }
  const { value, refuse } = await readDocument(store, list, 'manifest.json', run);
  const chosen = named(store, readDockerImages(value, refuse), choice.tag);
  const stated = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(chosen.config)?.[1];
  const digest = stated === undefined ? undefined : `sha256:${stated}`;
  const file = await part(store, chosen.config);
  const document = await readDocument(store, file, chosen.config, run, digest);
  const config = readConfig(document.value, document.refuse);
  checkLayers(store, chosen.layers.length, config);
  checkPlatform(store, choice, config);
  const layers: OutlinedLayer[] = [];
  for (const [index, name] of chosen.layers.entries()) {
    const layer = { name, file: await part(store, name), digest: undefined, diffId: config.diffIds[index]! };
    layers.push({ digest: undefined, size: layer.file.content.size, open: async () => layer });
  }
  return { digest: undefined, configDigest: digest ?? (await digestOfFile(file, run)), config, layers };
}

async function digestOfFile({ content }: StoredFile, run: Run): Promise<string> {
  const digest = createDigest('sha256');
  for await (const piece of asBytes(content.pieces(run))) digest.update(piece);
  return `sha256:${digest.hex()}`;
}

async function part(store: Store, path: string): Promise<StoredFile> {
  const file = await store.file(path);
  if (!file) throw damagedImage(store.shown, 'oci.missing', `${path} is missing.`, COPY_AGAIN);
  return file;
}

/** The full name with host and tag, completed as Docker and Podman do it: `alpine` is `docker.io/library/alpine:latest`. */
function whole(name: string): string {
  const tagged = /[:@]/.test(name.slice(name.lastIndexOf('/') + 1)) ? name : `${name}:latest`;
  const [host = '', ...rest] = tagged.split('/');
  if (rest.length === 0) return `docker.io/library/${tagged}`;
  return /[.:]|^localhost$/.test(host) ? tagged : `docker.io/${tagged}`;
}

/** The image with a name. */
function named({ shown }: Store, images: readonly DockerImage[], tag: string | undefined): DockerImage {
  const names = images.flatMap(({ tags }) => tags);
  const [only] = images;
  if (!only) throw damagedImage(shown, 'oci.no-image', 'Its manifest.json has no image.');
  if (tag === undefined) {
    if (images.length === 1) return only;
    throw absent(shown, 'oci.ambiguous', 'It has several images.', namesHint(names));
  }
  const found = images.find(({ tags }) => tags.some((one) => whole(one) === whole(tag)));
  if (!found) throw absent(shown, 'oci.tag', `It has no image ${tag}.`, namesHint(names));
  return found;
}
