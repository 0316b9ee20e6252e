// SOURCE of the writer commands: a directory, an archive, an image, a directory in one of these, a container image, or a tar archive on
// standard input.

import { closeSync, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { type ByteString, defined, displayText, fromText } from '../bytes/index.js';
import { InvalidInputError, UnsupportedError } from '../errors.js';
import { pathBuffer, type Run, Spool, sourceError } from '../io/index.js';
import {
  archiveInput,
  type ContainerFacts,
  type ContainerOptions,
  type ContainerReference,
  containerReference,
  type FactsOverride,
  readFakerootState,
  scanContainer,
  scanDirectory,
  scanTarball,
} from '../source/index.js';
import { type FileTree, LossLog } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import { preferredPlatform } from './host-platform.js';
import type { ImageSourceOptions, OpenedSource } from './image-source.js';
import { readInput } from './input.js';
import { settleLosses } from './losses.js';
import { certificateDirectories, registryCredentials } from './registry-credentials.js';
import type { Session } from './session.js';
import { standardInput } from './standard-streams.js';
import { excludePatterns, type WriterOptions } from './writer-options.js';

/** How a source is read. */
export interface SourceOptions extends WriterOptions {
  /** Machine name for which a root tree is wanted. Default: this machine's. */
  readonly targetArch?: string;
  /** Called with the description of each container image, and its name as it was given. */
  readonly onContainer?: (image: ContainerFacts, name: string) => void;
}

/** Reads the tree of SOURCE; `image` decides where unpacked data goes. */
export async function openSource(
  path: ByteString,
  image: string,
  options: SourceOptions,
  session: Session,
): Promise<OpenedSource> {
  const container = containerReference(path);
  const shown = displayText(path);
  if (container) {
    const onImage = (found: ContainerFacts) => options.onContainer?.(found, shown);
    return openContainer(container, image, { ...options, onImage }, session);
  }
  const stat = path === '-' ? fstatSync(0) : statOf(path);
  if (stat?.isDirectory()) return { tree: await scanSource(path, options, session), close: async () => {} };
  if (path === '-') return openTar(undefined, image, options, session);
  if (!stat) return openInside(path, image, session);
  if (stat.isBlockDevice()) {
    const { openImageSource } = await import('./image-source.js');
    return openImageSource({ file: path, steps: [] }, imageOptions(image, session));
  }
  if (!stat.isFile()) {
    const message = `${shown} is neither a directory, an archive nor an image.`;
    throw new UnsupportedError('cli.source-kind', message, { path: shown });
  }
  return openFile(path, image, options, session);
}

/** Undefined for a path that leads nowhere, or on through a file. */
function statOf(path: ByteString): Stats | undefined {
  try {
    return statSync(pathBuffer(path), { throwIfNoEntry: false });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw sourceError(path, error);
  }
}

/** A directory in an image, or an image in one. */
async function openInside(path: ByteString, image: string, session: Session): Promise<OpenedSource> {
  const { openImageSource, sourceAddress } = await import('./image-source.js');
  const address = sourceAddress(path);
  if (address) return openImageSource(address, imageOptions(image, session));
  const shown = displayText(path);
  throw new InvalidInputError('cli.source-missing', `${shown} does not exist.`, { path: shown });
}

/** A tar archive, or else an image. The readers of all formats are loaded for what is not a tar archive alone. */
async function openFile(
  path: ByteString,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  try {
    return await openTar(path, image, options, session);
  } catch (error) {
    const isOther = error instanceof UnsupportedError && error.code === 'tar.other-kind';
    const { openPossibleImage } = isOther ? await import('./image-source.js') : {};
    const opened = await openPossibleImage?.(path, imageOptions(image, session));
    if (opened) return opened;
    throw error;
  }
}

function imageOptions(image: string, session: Session): ImageSourceOptions {
  return { spoolDirectory: spoolDirectory(image), note: (text) => session.note(text) };
}

/** Data that has to be unpacked goes to the directory of the image, which has room for it. */
function spoolDirectory(image: string): ByteString {
  return image === '-' ? fromText(tmpdir()) : (dirname(argumentBytes(image)) as ByteString);
}

function scanSource(source: ByteString, options: WriterOptions, session: Session): Promise<FileTree> {
  return scanDirectory(source, {
    engine: options.engine,
    xattrs: options.xattrs,
    exclude: excludePatterns(options),
    run: session.run,
    note: session.note,
    ...defined({ overrideFacts: factsOverrideOf(options) }),
  });
}

/** The state of fakeroot that an option names. */
export function fakerootText({ fakerootState: path }: WriterOptions): string | undefined {
  return path === undefined ? undefined : Buffer.from(readInput(path)).toString('latin1');
}

function factsOverrideOf(options: WriterOptions): FactsOverride | undefined {
  const text = fakerootText(options);
  return text === undefined ? undefined : readFakerootState(text, options.fakerootState!);
}

/** How container images are read by all commands. */
export function containerRequest(
  spool: ByteString,
  { platform, targetArch }: Pick<SourceOptions, 'platform' | 'targetArch'>,
  session: Session,
): ContainerOptions {
  const note = (text: string) => session.note(text);
  return {
    spool,
    note,
    certificates: certificateDirectories(process),
    credentials: (place) => registryCredentials(place, note),
    ...defined({ platform, preferred: preferredPlatform(targetArch) }),
  };
}

/** The layers of a container image. */
async function openContainer(
  reference: ContainerReference,
  image: string,
  options: SourceOptions & Required<Pick<ContainerOptions, 'onImage'>>,
  session: Session,
): Promise<OpenedSource> {
  const spool = new Spool(spoolDirectory(image));
  try {
    const losses = new LossLog();
    const { onImage } = options;
    const request = { ...containerRequest(await spool.path(), options, session), losses, onImage };
    const tree = await scanContainer(reference, request, session.run);
    settleLosses(losses.list(), options, session);
    return { tree, close: () => spool.close() };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** The tree of an archive; without a path it comes from standard input. */
async function openTar(
  source: ByteString | undefined,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  const spool = new Spool(spoolDirectory(image));
  try {
    const archive = source ?? (await copyInput(await spool.path(), options, session.run));
    const losses = new LossLog();
    const tree = await scanTarball(
      archive,
      {
        spool: await spool.path(),
        ignoreZeros: options.ignoreZeros,
        note: (text) => session.note(text),
        identify: async (file) => (await import('./image-kind.js')).imageKind(file),
        losses,
        ...(source === undefined ? { name: 'standard input' } : {}),
      },
      session.run,
    );
    settleLosses(losses.list(), options, session);
    return { tree, close: () => spool.close() };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

async function copyInput(spool: ByteString, { ignoreZeros }: WriterOptions, run: Run): Promise<ByteString> {
  const fd = openSync(spool, 'w');
  try {
    const input = archiveInput(standardInput(run.signal), { spool, ...(ignoreZeros ? { ignoreZeros } : {}) }, run);
    for await (const piece of input) writeAll(fd, piece);
  } finally {
    closeSync(fd);
  }
  return spool;
}

function writeAll(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}
