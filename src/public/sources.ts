// Trees from the running system, with text or byte paths.

import { type PathLike, pathBytes } from '../bytes/index.js';
import type { Source } from '../io/index.js';
import * as source from '../source/index.js';
import type { FileTree, HostFile } from '../tree/index.js';
import { runOf, type WorkOptions } from './run.js';

/** How a directory is read. */
export interface ScanOptions extends Omit<source.ScanOptions, 'exclude' | 'run'>, WorkOptions {
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
export function scanDirectory(path: PathLike, { exclude, run, ...rest }: ScanOptions = {}): Promise<FileTree> {
  return source.scanDirectory(pathBytes(path), {
    ...rest,
    ...(run && { run: runOf({ run }) }),
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

/** The regular file at `path`, or at the end of its symbolic links. Throws {@link SourceError} for anything else. */
export function openHostFile(path: PathLike): HostFile {
  return source.openHostFile(pathBytes(path));
}
