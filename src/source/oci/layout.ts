// Reads an image layout: from the index to the configuration and the layers of one image.

import type { Run } from '../../io/index.js';
import { COPY_AGAIN, findBlob, readBlobDocument, readDocument } from './blob.js';
import { choosePlatform, isSamePlatform, type PlatformChoice } from './choose-platform.js';
import { type Descriptor, type ImageConfig, readConfig, readIndex, readManifest } from './documents.js';
import { absent, damagedImage, unsupportedImage } from './errors.js';
import { platformRank, platformText } from './platform.js';
import type { Store, StoredFile } from './store.js';

/** Chooses one of several images. */
export interface ImageChoice extends PlatformChoice {
  /** A name, or a digest after `@`; undefined if there must be only one image. */
  readonly tag: string | undefined;
}

/** One layer. */
export interface ImageLayer {
  /** As messages name it. */
  readonly name: string;
  readonly file: StoredFile;
  /** Digest of the file, if it is stated. */
  readonly digest: string | undefined;
  /** Digest of the archive in it. */
  readonly diffId: string;
}

/** A layer that was not opened yet. */
export interface OutlinedLayer {
  /** Digest of the file, if it is stated. */
  readonly digest: string | undefined;
  /** Bytes of the file. */
  readonly size: number;
  /** Opens it, which fetches it from a registry. */
  open(): Promise<ImageLayer>;
}

/** The image that was chosen, without its layers. */
export interface ImageOutline {
  /** Digest of the manifest; undefined in an archive that has none. */
  readonly digest: string | undefined;
  readonly configDigest: string;
  readonly config: ImageConfig;
  /** The lowest comes first. */
  readonly layers: readonly OutlinedLayer[];
}

const INDEX = /^application\/vnd\.(?:oci\.image\.index\.v1|docker\.distribution\.manifest\.list\.v2)\+json$/;
const MANIFEST = /^application\/vnd\.(?:oci\.image\.manifest\.v1|docker\.distribution\.manifest\.v2)\+json$/;
const CONFIG = /^application\/vnd\.(?:oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/;
/** Media types of layers. The compression is recognised by the first bytes instead. */
const LAYER =
  /^application\/vnd\.(?:oci\.image\.layer\.(?:nondistributable\.)?v1\.tar|docker\.image\.rootfs\.(?:foreign\.)?diff\.tar)(?:[.+](?:gzip|zstd))?$/;
const FOREIGN = /nondistributable|foreign/;
/** Media types of the documents that lead to an image, for a registry. */
export const DOCUMENTS: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const NAME = 'org.opencontainers.image.ref.name';
const FULL_NAME = 'io.containerd.image.name';
/** Annotation of attestations, with which BuildKit describes the other images. */
const ATTESTATION = 'vnd.docker.reference.type';
/** Most levels of nested indexes. */
const DEEPEST = 4;
/** Docker makes at most 127 layers. */
const MOST_LAYERS = 1000;

/** Finds the chosen image. Throws if there is no such image, or if it is damaged or not supported. */
export async function chooseFromLayout(store: Store, choice: ImageChoice, run: Run): Promise<ImageOutline> {
  const manifest = await chooseManifest(store, choice, run);
  const document = await readBlobDocument(store, manifest, run);
  const { config: described, layers } = readManifest(document.value, document.refuse);
  if (!CONFIG.test(described.mediaType)) {
    throw unsupportedImage(
      store.shown,
      'oci.artifact',
      `It holds ${described.mediaType}, not the image of a container.`,
    );
  }
  const { value, refuse } = await readBlobDocument(store, described, run);
  const config = readConfig(value, refuse);
  checkLayers(store, layers.length, config);
  checkPlatform(store, choice, config);
  const outlined = layers.map((layer, index) => {
    const { digest, size } = layer;
    return { digest, size, open: () => layerOf(store, layer, config.diffIds[index]!) };
  });
  return { digest: manifest.digest, configDigest: described.digest, config, layers: outlined };
}

/** Whether a media type is that of an index or a manifest. */
export function isDocument(mediaType: string): boolean {
  return INDEX.test(mediaType) || MANIFEST.test(mediaType);
}

/** Throws if there are too many layers, or the configuration has another number of them. */
export function checkLayers({ shown }: Store, count: number, { diffIds }: ImageConfig): void {
  if (count > MOST_LAYERS) throw damagedImage(shown, 'oci.layers', `It has ${count} layers; ${MOST_LAYERS} are read.`);
  if (count === diffIds.length) return;
  throw damagedImage(shown, 'oci.layers', `It has ${count} layers, and its configuration ${diffIds.length}.`);
}

/** Throws if the image is not for the platform that was asked for. */
export function checkPlatform({ shown }: Store, { platform: wanted }: ImageChoice, { platform }: ImageConfig): void {
  if (!wanted || !platform || platformRank(wanted, platform) !== undefined) return;
  throw absent(shown, 'oci.platform', `It is an image for ${platformText(platform)}, not ${platformText(wanted)}.`);
}

async function layerOf(store: Store, layer: Descriptor, diffId: string): Promise<ImageLayer> {
  const { shown } = store;
  const { mediaType, digest } = layer;
  if (mediaType.endsWith('+encrypted')) {
    throw unsupportedImage(shown, 'oci.encrypted', `The layer ${digest} is encrypted.`, 'Decrypt the image first.');
  }
  if (!LAYER.test(mediaType))
    throw unsupportedImage(shown, 'oci.media-type', `Layers of type ${mediaType} are not read.`);
  const file = await findBlob(store, layer);
  if (file) return { name: digest, file, digest, diffId };
  if (FOREIGN.test(mediaType)) {
    const message = `The layer ${digest} may not be distributed, and is not in the image.`;
    throw unsupportedImage(shown, 'oci.not-distributable', message, 'Fetch the layer from its owner into the image.');
  }
  throw damagedImage(shown, 'oci.missing', `The layer ${digest} is missing.`, COPY_AGAIN);
}

async function chooseManifest(store: Store, choice: ImageChoice, run: Run): Promise<Descriptor> {
  const index = await store.file('index.json');
  if (!index) {
    const isDocker = (await store.file('manifest.json')) !== undefined;
    const hint = isDocker ? 'It is an archive of docker save: write docker-archive: before its name.' : undefined;
    throw damagedImage(store.shown, 'oci.no-image', 'It has no index.json, so it is not an OCI image.', hint);
  }
  let { value, refuse } = await readDocument(store, index, 'index.json', run);
  const listed = named(store, readIndex(value, refuse), choice.tag);
  let chosen = imageFor(store, listed, choice);
  refuseEquals(store, listed, chosen);
  for (let depth = 0; INDEX.test(chosen.mediaType); depth++) {
    if (depth === DEEPEST)
      throw damagedImage(store.shown, 'oci.nested', `It has more than ${DEEPEST} indexes in indexes.`);
    ({ value, refuse } = await readBlobDocument(store, chosen, run));
    chosen = imageFor(store, readIndex(value, refuse), choice);
  }
  if (MANIFEST.test(chosen.mediaType)) return chosen;
  throw unsupportedImage(store.shown, 'oci.media-type', `Images of type ${chosen.mediaType} are not read.`);
}

/** The images with the given name; without one, all images. They have to share a single name, or be one image. */
function named({ shown }: Store, all: readonly Descriptor[], tag: string | undefined): readonly Descriptor[] {
  const matches = ({ annotations, digest }: Descriptor) =>
    tag?.startsWith('@') ? digest === tag.slice(1) : [annotations[NAME], annotations[FULL_NAME]].includes(tag);
  const found = tag === undefined ? all : all.filter(matches);
  if (tag !== undefined && found.length === 0)
    throw absent(shown, 'oci.tag', `It has no image ${tag}.`, namesHint(namesOf(all)));
  const names = new Set(found.map(fullName));
  if (names.size < 2 || new Set(found.map(({ digest }) => digest)).size === 1) return found;
  const what = tag === undefined ? 'It has several images.' : `It has several images ${tag}.`;
  throw absent(shown, 'oci.ambiguous', what, namesHint(namesOf(found)));
}

/** docker save gives images of different repositories the same short name, their tag. */
const fullName = ({ annotations }: Descriptor) => annotations[FULL_NAME] ?? annotations[NAME] ?? '';

/** Short names if they are enough to choose. */
function namesOf(all: readonly Descriptor[]): string[] {
  const short = [...new Set(all.map(({ annotations }) => annotations[NAME] ?? ''))];
  const full = [...new Set(all.map(fullName))];
  return short.length < full.length ? full : short;
}

/** Throws if another image of the layout would do as well: in an index of one image the first counts, here they are different ones. */
function refuseEquals({ shown }: Store, listed: readonly Descriptor[], chosen: Descriptor): void {
  const equals = listed.filter((one) => !isAttestation(one) && isSamePlatform(one, chosen));
  const digests = [...new Set(equals.map(({ digest }) => digest))];
  if (digests.length < 2) return;
  const hint = `Give @ and one of these digests: ${digests.slice(0, 20).join(', ')}.`;
  throw absent(shown, 'oci.ambiguous', 'It has several images that nothing tells apart.', hint);
}

/** Statements about other images, for which BuildKit states an unknown platform. */
function isAttestation({ annotations, platform }: Descriptor): boolean {
  return annotations[ATTESTATION] !== undefined || platform?.os === 'unknown';
}

/** Advice that lists the existing names. */
export function namesHint(names: readonly string[]): string {
  const shown = names.filter((name) => name !== '').slice(0, 20);
  if (shown.length === 0) return 'Its images have no names: leave the name out, or give @ and a digest.';
  return `Add a colon and one of these names: ${shown.join(', ')}.`;
}

/** The image of an index for a platform. */
function imageFor({ shown }: Store, all: readonly Descriptor[], choice: ImageChoice): Descriptor {
  const images = all.filter((one) => !isAttestation(one));
  const [only] = images;
  if (!only) throw damagedImage(shown, 'oci.no-image', 'Its index has no image.');
  // An image may state its platform only in the configuration, which is checked later.
  const isPlain = images.every((one) => isSamePlatform(one, only));
  if (isPlain && (!choice.platform || !only.platform)) return only;
  return choosePlatform(shown, images, choice);
}
