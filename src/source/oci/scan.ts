// A container image as a tree: of its layers, as a container of it begins.

import type { ByteString } from '../../bytes/index.js';
import { hostKind, type Run } from '../../io/index.js';
import type { FileTree, LossLog } from '../../tree/index.js';
import { Meter } from '../tar/index.js';
import { chooseFromDockerArchive } from './docker-archive.js';
import { absent } from './errors.js';
import { mergeLayers } from './layers.js';
import { chooseFromLayout } from './layout.js';
import type { Platform } from './platform.js';
import { type ContainerReference, parseContainerReference } from './reference.js';
import { registryStore } from './registry-store.js';
import { SpoolFile } from './spool-file.js';
import { archiveStore, directoryStore, type Store } from './store.js';

/** How a container image is read. */
export interface ContainerOptions {
  /** Where to unpack compressed layers to; the file must stay there while the tree is in use. */
  readonly spool: ByteString;
  /** The image has to be for this platform. Default: any. */
  readonly platform?: Platform;
  /** Which image is taken of several for different platforms, if none is asked for. Default: none. */
  readonly preferred?: Platform;
  /** Called with what people may want to know: which image was chosen. */
  readonly note?: (text: string) => void;
  /** Takes what entries have and a tree cannot hold. */
  readonly losses?: LossLog;
  /** Milliseconds without an answer of a registry, after which it is tried again or given up. Default 30 000. */
  readonly patience?: number;
  /** Most bytes that compressed layers may become together. Default 64 GiB. */
  readonly limit?: number;
}

const PATIENCE = 30_000;
const LIMIT = 64 * 1024 ** 3;
/** Memory for names and attributes: a start, and more for each byte of the layers as they are stored. */
const HELD_ANYWAY = 256 * 1024 ** 2;
const HELD_PER_BYTE = 256;

/** As the distribution specification has them. */
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^(?:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}|@[a-z0-9]+:[0-9a-f]{32,128})$/;

/** Takes the name of a container image apart; undefined for any other name. */
export function containerReference(name: ByteString): ContainerReference | undefined {
  return parseContainerReference(name, (path) => hostKind(path) !== undefined);
}

/**
 * Reads the layers of an image. Contents are read when the tree is packed. Throws {@link SourceError} for a path that leads nowhere,
 * {@link InvalidImageError} for an image that is damaged or is not there, {@link UnsupportedError} for what is not read.
 */
export async function scanContainer(
  reference: ContainerReference,
  options: ContainerOptions,
  run: Run,
): Promise<FileTree> {
  const { transport, tag } = reference;
  const { limit = LIMIT, note = () => {}, platform, preferred, losses } = options;
  const spool = new SpoolFile(options.spool, limit);
  try {
    const store = await storeOf(reference, options, spool, run);
    const choose = transport === 'docker-archive' ? chooseFromDockerArchive : chooseFromLayout;
    // A registry has looked the name up already.
    const named = transport === 'registry' ? undefined : tag;
    const { layers } = await choose(store, { tag: named, platform, preferred, note }, run);
    const stored = layers.reduce((sum, { file }) => sum + file.content.size, 0);
    const meter = new Meter(HELD_ANYWAY + HELD_PER_BYTE * stored);
    return await mergeLayers(layers, { shown: store.shown, spool, meter, losses, note }, run);
  } finally {
    await spool.close();
  }
}

async function storeOf(
  { transport, path, tag = '' }: ContainerReference,
  { patience = PATIENCE }: ContainerOptions,
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
  return registryStore({ host, repository, tag, patience }, spool, run);
}
