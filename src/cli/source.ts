// SOURCE of the writer commands: a directory, a tar file, or a tar archive on standard input.

import { closeSync, fstatSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ByteString, displayText, fromText } from '../bytes/index.js';
import { InvalidInputError, TargetError, UnsupportedError } from '../errors.js';
import { pathBuffer, type Run } from '../io/index.js';
import { archiveInput, scanDirectory, scanTarball } from '../source/index.js';
import { type FileTree, LossLog } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import { settleLosses } from './losses.js';
import type { Session } from './session.js';
import { standardInput } from './standard-streams.js';
import { excludePatterns, type WriterOptions } from './writer-options.js';

/** The surroundings of a source: unpacked data goes to an unnamed file in the directory of the image. */
export interface OpenedSource {
  readonly tree: FileTree;
  close(): void;
}

/** Reads the tree of SOURCE; `image` decides where unpacked data goes. */
export async function openSource(
  source: string,
  image: string,
  options: WriterOptions,
  session: Session,
): Promise<OpenedSource> {
  const path = argumentBytes(source);
  const shown = displayText(path);
  const stat = source === '-' ? fstatSync(0) : statSync(pathBuffer(path), { throwIfNoEntry: false });
  if (!stat) throw new InvalidInputError('cli.source-missing', `${shown} does not exist.`, { path: shown });
  if (stat.isDirectory()) return { tree: await scanSource(path, options, session), close: () => {} };
  if (source !== '-' && !stat.isFile()) {
    throw new UnsupportedError('cli.source-kind', `${shown} is neither a directory nor a tar file.`, { path: shown });
  }
  return openTar(source === '-' ? undefined : path, image, options, session);
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
  const place = image === '-' ? fromText(tmpdir()) : (dirname(argumentBytes(image)) as ByteString);
  const opened: number[] = [];
  const close = () => {
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
    close();
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
