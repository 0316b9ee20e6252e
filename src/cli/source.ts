// SOURCE of the writer commands: a directory, a tar file, or a tar archive on standard input.

import { closeSync, fstatSync, openSync, statSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type ByteString, fromText } from '../bytes/index.js';
import { InvalidInputError, TargetError, UnsupportedError } from '../errors.js';
import { recogniseAll } from '../image/index.js';
import type { Source } from '../io/index.js';
import { scanDirectory, scanTarball } from '../source/index.js';
import { type FileTree, LossLog } from '../tree/index.js';
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
  const stat = source === '-' ? fstatSync(0) : statSync(source, { throwIfNoEntry: false });
  if (!stat) throw new InvalidInputError('cli.source-missing', `${source} does not exist.`, { path: source });
  if (stat.isDirectory()) return { tree: await scanSource(source, options, session), close: () => {} };
  if (source !== '-' && !stat.isFile()) {
    throw new UnsupportedError('cli.source-kind', `${source} is neither a directory nor a tar file.`, { path: source });
  }
  return openTar(source, image, options, session);
}

function scanSource(source: string, options: WriterOptions, session: Session): Promise<FileTree> {
  return scanDirectory(fromText(source), {
    engine: options.engine,
    xattrs: options.xattrs,
    exclude: excludePatterns(options),
    run: session.run,
    note: session.note,
  });
}

async function openTar(source: string, image: string, options: WriterOptions, session: Session): Promise<OpenedSource> {
  const place = image === '-' ? tmpdir() : dirname(image);
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
    const archive = source === '-' ? await copyInput(nameless(), session.run.signal) : fromText(source);
    const losses = new LossLog();
    const tree = await scanTarball(
      archive,
      {
        spool: nameless(),
        ignoreZeros: options.ignoreZeros,
        note: (text) => session.note(text),
        identify: imageKind,
        losses,
        ...(source === '-' ? { name: 'standard input' } : {}),
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

/** `an ext4 image`; undefined for what is not an image. */
async function imageKind(file: Source): Promise<string | undefined> {
  const [best] = await recogniseAll(file);
  if (!best) return undefined;
  const { kind } = best.format.facts(best.found);
  return `${/^[aei]/.test(kind) ? 'an' : 'a'} ${kind} image`;
}

/** A file that goes away with its descriptor, however this program ends. */
function openNameless(directory: string): number {
  const path = join(directory, `.isopress-${process.pid}.spool`);
  try {
    const fd = openSync(path, 'wx+', 0o600);
    unlinkSync(path);
    return fd;
  } catch (error) {
    const message = `There is no place in ${directory} for what has to be unpacked: ${(error as Error).message}.`;
    throw new TargetError('target.spool', message, { path: directory, cause: error });
  }
}

async function copyInput(path: ByteString, signal: AbortSignal | undefined): Promise<ByteString> {
  const fd = openSync(path, 'w');
  try {
    for await (const piece of standardInput(signal)) writeAll(fd, piece);
  } finally {
    closeSync(fd);
  }
  return path;
}

function writeAll(fd: number, piece: Uint8Array): void {
  for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
}
