// Trees from the running system, with text or byte paths.

import { defined, displayText, type PathLike, pathBytes } from '../bytes/index.js';
import { UsageError } from '../errors.js';
import type { Source } from '../io/index.js';
import * as source from '../source/index.js';
import type { FileTree, HostFile } from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

/** How a directory is read. */
export interface ScanOptions extends Omit<source.ScanOptions, 'exclude' | 'run' | 'overrideFacts'>, WorkOptions {
  /** Text of a file that `fakeroot -s` wrote: owners, modes and devices are as under fakeroot. Default: none. */
  readonly fakerootState?: string;
  /** Patterns of entries to leave out, without examining them. */
  readonly exclude?: readonly PathLike[];
}

/** How a tar archive is read. */
export interface TarballOptions extends Omit<source.TarballOptions, 'spool'>, WorkOptions {
  /** Where to unpack a compressed archive to; the file must stay there while the tree is in use. */
  readonly spool: PathLike;
}

/** How an uncompressed tar archive is read. */
export interface ReadTarOptions extends source.TarTreeOptions, WorkOptions {}

/**
 * Reads the metadata of everything below `path` (a directory, or a symbolic link to one); contents are read when the tree is
 * packed. Throws {@link SourceError} for an entry that cannot be read, `source.changed` for one that vanishes meanwhile.
 */
export function scanDirectory(
  path: PathLike,
  { exclude, run, fakerootState, ...rest }: ScanOptions = {},
): Promise<FileTree> {
  return source.scanDirectory(pathBytes(path), {
    ...rest,
    ...(run && { run: runOf({ run }) }),
    ...(fakerootState !== undefined && {
      overrideFacts: source.readFakerootState(fakerootState, 'the state of fakeroot'),
    }),
    ...(exclude && { exclude: exclude.map(pathBytes) }),
  });
}

/**
 * Reads a tar archive, plain or compressed. Throws {@link SourceError} if it cannot be read, {@link InvalidImageError} if it is not
 * a sound archive.
 */
export function scanTarball(path: PathLike, options: TarballOptions): Promise<FileTree> {
  return source.scanTarball(pathBytes(path), { ...options, spool: pathBytes(options.spool) }, runOf(options));
}

/**
 * Reads an uncompressed tar archive from any source: a file, bytes, or a part of an image. Throws {@link InvalidImageError} for
 * an archive that is damaged, or that holds paths which lead out of the tree.
 */
export function readTar(archive: Source, options: ReadTarOptions = {}): Promise<FileTree> {
  return source.readTar(archive, (range) => archive.slice(range), runOf(options), options);
}

/** How a container image is read. */
export interface ContainerOptions
  extends Omit<source.ContainerOptions, 'spool' | 'platform' | 'preferred'>,
    WorkOptions {
  /** Where to unpack compressed layers to; the file must stay there while the tree is in use. */
  readonly spool: PathLike;
  /** The image has to be for this platform, such as `linux/arm64` or `linux/arm/v7`. Default: any. */
  readonly platform?: string;
  /** Which image is taken of several for different platforms, if none is asked for. Default: none. */
  readonly preferred?: string;
}

/**
 * Reads the layers of a container image as one tree. `name` is `oci://HOST/REPOSITORY:TAG`, `oci:DIR:TAG`, `oci-archive:FILE:TAG` or `docker-archive:FILE:NAME`; the
 * last part may be left out if there is only one image. Throws {@link UsageError} for other names, {@link SourceError} for a path that
 * leads nowhere, {@link InvalidImageError} for an image that is damaged or not there, {@link UnsupportedError} for what is not read.
 */
export function scanContainer(name: PathLike, options: ContainerOptions): Promise<FileTree> {
  const [reference, request] = containerRequest(name, options);
  return source.scanContainer(reference, request, runOf(options));
}

/** Reads the description of a container image in its configuration: digests, platform, labels, environment. Its layers are not read. Throws as {@link scanContainer} does. */
export function inspectContainer(name: PathLike, options: ContainerOptions): Promise<source.ContainerFacts> {
  const [reference, request] = containerRequest(name, options);
  return source.containerFacts(reference, request, runOf(options));
}

function containerRequest(name: PathLike, options: ContainerOptions) {
  const { platform, preferred, spool, ...rest } = options;
  const bytes = pathBytes(name);
  const reference = source.containerReference(bytes);
  if (!reference) {
    throw new UsageError('oci.name', `${displayText(bytes)} is not the name of a container image.`, {
      hint: 'Names are oci://HOST/REPOSITORY:TAG, oci:DIR:TAG, oci-archive:FILE:TAG and docker-archive:FILE:NAME.',
    });
  }
  const request = {
    ...rest,
    spool: pathBytes(spool),
    ...defined({ platform: platformOf(platform, 'platform'), preferred: platformOf(preferred, 'preferred') }),
  };
  return [reference, request] as const;
}

function platformOf(text: string | undefined, name: string): source.Platform | undefined {
  const platform = text === undefined ? undefined : source.parsePlatform(text);
  if (platform || text === undefined) return platform;
  throw new UsageError('oci.platform-name', `${JSON.stringify(text)} is not a platform.`, {
    option: name,
    hint: 'Platforms are OS/ARCH or OS/ARCH/VARIANT, such as linux/arm64.',
  });
}

/** The regular file at `path`, or at the end of its symbolic links. Throws {@link SourceError} for anything else. */
export function openHostFile(path: PathLike): HostFile {
  return source.openHostFile(pathBytes(path));
}
