// SOURCE of the writer commands: a directory, an archive, an image, a directory in one of these, or a tar archive on standard input.

import { closeSync, fstatSync, openSync, type Stats, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ByteString, displayText, fromText } from '../bytes/index.js';
import { InvalidInputError, TargetError, UnsupportedError } from '../errors.js';
import type { ImageAddress } from '../image/index.js';
import { hostKind, pathBuffer, type Run, sourceError } from '../io/index.js';
import { archiveInput, scanDirectory, scanTarball } from '../source/index.js';
import { type FileTree, LossLog } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { OpenedSource } from './image-source.js';
import { settleLosses } from './losses.js';
import type { Session } from './session.js';
import { standardInput } from './standard-streams.js';
import { excludePatterns, type WriterOptions } from './writer-options.js';

/** Reads the tree of SOURCE; `image` decides where unpacked data goes. */
export async function openSource(
  source: string,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  const path = argumentBytes(source);
  const shown = displayText(path);
  const stat = source === '-' ? fstatSync(0) : statOf(path);
  if (stat?.isDirectory()) return { tree: await scanSource(path, options, session), close: async () => {} };
  if (source === '-') return openTar(undefined, image, options, session);
  const { parseAddress } = await import('../image/index.js');
  const address = parseAddress(path, hostKind);
  if (!stat && hostKind(address.file) === undefined) {
    throw new InvalidInputError('cli.source-missing', `${shown} does not exist.`, { path: shown });
  }
  if (stat && !stat.isFile() && !stat.isBlockDevice()) {
    throw new UnsupportedError('cli.source-kind', `${shown} is neither a directory, an archive nor an image.`, {
      path: shown,
    });
  }
  return openFile(address, image, options, session);
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

/** An image, a place in one, or a tar archive. */
async function openFile(
  address: ImageAddress,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  const { isImageSource, openImageSource, openPossibleImage } = await import('./image-source.js');
  const from = { spoolDirectory: spoolDirectory(image), note: (text: string) => session.note(text) };
  if (address.steps.length > 0 || (await isImageSource(address.file))) return openImageSource(address, from);
  try {
    return await openTar(address.file, image, options, session);
  } catch (error) {
    // Compressed data is taken for a tar archive first, which is read while it is unpacked.
    const other = error instanceof UnsupportedError && error.code === 'tar.other-kind';
    const opened = other ? await openPossibleImage(address.file, from) : undefined;
    if (opened) return opened;
    throw error;
  }
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
  });
}

/** The tree of an archive; without a path it comes from standard input. */
async function openTar(
  source: ByteString | undefined,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  const place = spoolDirectory(image);
  const opened: number[] = [];
  const close = async () => {
    for (const fd of opened.splice(0)) closeSync(fd);
  };
  const nameless = (): ByteString => {
    const fd = openNameless(place);
    opened.push(fd);
    return fromText(`/proc/self/fd/${fd}`);
  };
  try {
    const archive = source ?? (await copyInput(nameless(), options, session.run));
    const losses = new LossLog();
    const tree = await scanTarball(
      archive,
      {
        spool: nameless(),
        ignoreZeros: options.ignoreZeros,
        note: (text) => session.note(text),
        identify: async (file) => (await import('./image-kind.js')).imageKind(file),
        losses,
        ...(source === undefined ? { name: 'standard input' } : {}),
      },
      session.run,
    );
    settleLosses(losses.list(), options, session);
    return { tree, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A file that goes away with its descriptor, however this program ends. */
function openNameless(directory: ByteString): number {
  const path = pathBuffer(join(directory, `.isopress-${process.pid}.spool`) as ByteString);
  try {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  } catch (error) {
    const shown = displayText(directory);
    const message = `Data cannot be unpacked into ${shown}: ${(error as Error).message}.`;
    throw new TargetError('target.spool', message, { path: shown, cause: error });
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
