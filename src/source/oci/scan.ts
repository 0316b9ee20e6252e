// Reads a container image as the tree with which a container of it starts.

import { type ByteString, displayText } from '../../bytes/index.js';
import { UNPACK_LIMIT } from '../../compress/index.js';
import type { InvalidInputError } from '../../errors.js';
import { hostKind, type Run } from '../../io/index.js';
import type { FileTree, LossLog } from '../../tree/index.js';
import { meterOfCompressed } from '../tar/index.js';
import type { RegistryCredentials } from './credentials.js';
import { chooseFromDockerArchive } from './docker-archive.js';
import { absent } from './errors.js';
import { type ContainerFacts, factsOf } from './facts.js';
import { foreignName } from './foreign-names.js';
import { mergeLayers } from './layers.js';
import { chooseFromLayout, type ImageLayer, type ImageOutline } from './layout.js';
import type { Platform } from './platform.js';
import { type ContainerReference, parseContainerReference, type Transport } from './reference.js';
import { SpoolFile } from './spool-file.js';
import { archiveStore, directoryStore, type Store } from './store.js';

/** How a container image is read. */
export interface ContainerOptions {
  /** Path of the file for unpacked layers and fetched blobs. It must exist while the tree is in use. */
  readonly spool: ByteString;
  /** The image has to be for this platform. Default: any. */
  readonly platform?: Platform;
  /** The platform to prefer if there are images for several and {@link platform} is absent. Default: none. */
  readonly preferred?: Platform;
  /** Called with remarks for people, such as which image was chosen. */
  readonly note?: (text: string) => void;
  /** Collects properties of entries that a tree cannot hold. */
  readonly losses?: LossLog;
  /** Called with the description of the chosen image. */
  readonly onImage?: (image: ContainerFacts) => void;
  /** Milliseconds to wait for a registry before a request is repeated or fails. Default 30 000. */
  readonly patience?: number;
  /** User and password for a repository in a registry; asked for only if its server wants them. Default: none. */
  readonly credentials?: (place: {
    readonly host: string;
    readonly repository: string;
  }) => Promise<RegistryCredentials | undefined>;
  /**
   * Directories of certificates, in which a directory `HOST` or `HOST:PORT` is for that registry: authorities in `*.crt`, and proofs of
   * who asks in `NAME.cert` and `NAME.key`. Default: none.
   */
  readonly certificates?: readonly string[];
  /** Most bytes of the spool: unpacked layers and fetched blobs together. Default 64 GiB. */
  readonly limit?: number;
}

const PATIENCE = 30_000;

/** The form of names in the distribution specification. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@[a-z0-9]+:[0-9a-f]{32,128})$/;

/**
 * Parses the name of a container image; undefined for any other name. Throws {@link UnsupportedError} for names that only other programs
 * understand, and {@link InvalidInputError} for a transport without a place. A file or directory of that name comes first.
 */
export function containerReference(name: ByteString): ContainerReference | undefined {
  const exists = (path: ByteString) => hostKind(path) !== undefined;
  const reference = parseContainerReference(name, exists);
  if (!reference) {
    const foreign = foreignName(name);
    if (foreign && !exists(name)) throw foreign;
    return undefined;
  }
  const { transport, path } = reference;
  const isNowhere = path === '' || path === '//' || (path.startsWith('//') && !exists(path));
  if (isNowhere && transport !== 'registry') throw noPlace(displayText(name), transport);
  return reference;
}

function noPlace(shown: string, transport: Transport): InvalidInputError {
  const forms = transport === 'oci' ? 'oci:DIRECTORY or oci://HOST/REPOSITORY:TAG' : `${transport}:FILE`;
  return absent(shown, 'oci.name', 'It names no place.', `Give ${forms}.`);
}

/**
 * Reads the layers of an image. Contents are read when the tree is packed. Throws {@link SourceError} if the path does not exist,
 * {@link InvalidInputError} if the image does not exist there, {@link InvalidImageError} if it is damaged, and {@link UnsupportedError} if it is
 * not supported.
 */
export async function scanContainer(
  reference: ContainerReference,
  options: ContainerOptions,
  run: Run,
): Promise<FileTree> {
  const { limit = UNPACK_LIMIT, note, losses } = options;
  const spool = new SpoolFile(options.spool, limit);
  try {
    const store = await openStore(reference, options, spool, run);
    const outline = await outlineOf(store, reference, options, run);
    options.onImage?.(factsOf(outline));
    const layers: ImageLayer[] = [];
    for (const layer of outline.layers) layers.push(await layer.open());
    const stored = layers.reduce((sum, { file }) => sum + file.content.size, 0);
    const meter = meterOfCompressed(stored);
    return await mergeLayers(layers, { shown: store.shown, spool, meter, losses, note }, run);
  } finally {
    await spool.close();
  }
}

/** Reads the description of an image, and none of its layers. Throws as `scanContainer` does. */
export async function containerFacts(
  reference: ContainerReference,
  options: ContainerOptions,
  run: Run,
): Promise<ContainerFacts> {
  const spool = new SpoolFile(options.spool, options.limit ?? UNPACK_LIMIT);
  try {
    return factsOf(await outlineOf(await openStore(reference, options, spool, run), reference, options, run));
  } finally {
    await spool.close();
  }
}

/** Finds the image that is asked for. */
function outlineOf(
  store: Store,
  { transport, tag }: ContainerReference,
  { platform, preferred, note = () => {} }: ContainerOptions,
  run: Run,
): Promise<ImageOutline> {
  const choose = transport === 'docker-archive' ? chooseFromDockerArchive : chooseFromLayout;
  // The registry has already resolved the tag.
  const named = transport === 'registry' ? undefined : tag;
  return choose(store, { tag: named, platform, preferred, note }, run);
}

/** Opens the files of an image. */
async function openStore(
  { transport, path, tag = '' }: ContainerReference,
  { patience = PATIENCE, credentials: known, certificates }: ContainerOptions,
  spool: SpoolFile,
  run: Run,
): Promise<Store> {
  if (transport === 'oci') return directoryStore(path);
  if (transport !== 'registry') return archiveStore(path, spool, run);
  const cut = path.indexOf('/');
  const [host, repository] = [path.slice(0, cut), path.slice(cut + 1)];
  if (
    !/^[A-Za-z0-9._-]+(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/.test(host) ||
    !REPOSITORY.test(repository) ||
    !TAG.test(tag)
  ) {
    throw absent(
      `oci://${path}`,
      'oci.name',
      'This is not the name of an image in a registry.',
      'Give oci://HOST/REPOSITORY:TAG.',
    );
  }
  const credentials = known && (() => known({ host, repository }));
  // HTTP and TLS of Node.js, which nothing else here needs.
  const { registryStore } = await import('./registry-store.js');
  return registryStore({ host, repository, tag, patience, credentials, certificates }, spool, run);
}
