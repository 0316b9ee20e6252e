// The archive of `docker save` and `podman save --format docker-archive`: manifest.json lists images by the paths of their parts.
// https://github.com/moby/docker-image-spec/blob/main/v1.2.md, "Combined Image JSON + Filesystem Changeset Format".

import { asBytes, createDigest, type Run } from '../../io/index.js';
import { COPY_AGAIN, readDocument } from './blob.js';
import { choosePlatform, isSamePlatform } from './choose-platform.js';
import { type DockerImage, type ImageConfig, readConfig, readDockerImages } from './documents.js';
import { absent, damagedImage } from './errors.js';
import {
  checkLayers,
  checkPlatform,
  type ImageChoice,
  type ImageOutline,
  namesHint,
  type OutlinedLayer,
} from './layout.js';
import type { Platform } from './platform.js';
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
  const named = imagesNamed(store, readDockerImages(value, refuse), choice.tag);
  const configured = [];
  for (const image of named) configured.push(await readConfigured(store, image, run));
  const { image: chosen, file, digest, config } = imageFor(store, configured, choice);
  checkLayers(store, chosen.layers.length, config);
  checkPlatform(store, choice, config);
  const layers: OutlinedLayer[] = [];
  for (const [index, name] of chosen.layers.entries()) {
    const layer = { name, file: await part(store, name), digest: undefined, diffId: config.diffIds[index]! };
    layers.push({ digest: undefined, size: layer.file.content.size, open: async () => layer });
  }
  return { digest: undefined, configDigest: digest ?? (await digestOfFile(file, run)), config, layers };
}

/** An image with its configuration. */
interface ConfiguredImage {
  readonly image: DockerImage;
  readonly file: StoredFile;
  /** Digest of the configuration if its name states one. */
  readonly digest: string | undefined;
  readonly config: ImageConfig;
  readonly platform: Platform | undefined;
}

async function readConfigured(store: Store, image: DockerImage, run: Run): Promise<ConfiguredImage> {
  const stated = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1];
  const digest = stated === undefined ? undefined : `sha256:${stated}`;
  const file = await part(store, image.config);
  const { value, refuse } = await readDocument(store, file, image.config, run, digest);
  const config = readConfig(value, refuse);
  return { image, file, digest, config, platform: config.platform };
}

/** Of images with one name, which differ in their platforms, the one that fits best. */
function imageFor({ shown }: Store, images: readonly ConfiguredImage[], choice: ImageChoice): ConfiguredImage {
  if (images.length === 1) return images[0]!;
  const chosen = choosePlatform(shown, images, choice);
  if (images.filter((one) => isSamePlatform(one, chosen)).length === 1) return chosen;
  throw absent(shown, 'oci.ambiguous', 'It has several images of this name that nothing tells apart.');
}

async function digestOfFile({ content }: StoredFile, run: Run): Promise<string> {
  const digest = createDigest('sha256');
  for await (const piece of asBytes(content.pieces(run), run)) digest.update(piece);
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

/** The images with a name, several if there is one for each platform. */
function imagesNamed({ shown }: Store, images: readonly DockerImage[], tag: string | undefined) {
  const names = [...new Set(images.flatMap(({ tags }) => tags))];
  if (images.length === 0) throw damagedImage(shown, 'oci.no-image', 'Its manifest.json has no image.');
  if (tag === undefined) {
    const sets = new Set(images.map(({ tags }) => [...tags].sort().join('\n')));
    if (images.length === 1 || (sets.size === 1 && names.length > 0)) return images;
    throw absent(shown, 'oci.ambiguous', 'It has several images.', namesHint(names));
  }
  const index = /^@(\d+)$/.exec(tag)?.[1];
  const at = index === undefined ? undefined : images[Number(index)];
  if (at) return [at];
  const found = images.filter(({ tags }) => tags.some((one) => whole(one) === whole(tag)));
  if (found.length === 0) throw absent(shown, 'oci.tag', `It has no image ${tag}.`, namesHint(names));
  return found;
}
