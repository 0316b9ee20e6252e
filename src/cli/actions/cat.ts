// Runs `isopress cat`: files in an image to standard output.

import { type ByteString, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { followPath } from '../../image/index.js';
import { type ExactContent, isHole, type Run, zerosOf } from '../../io/index.js';
import type { Node } from '../../tree/index.js';
import { argumentBytes } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { isSelection, withAddress, withImage } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export type CatCommandOptions = SessionOptions & ImageOptions;

/** Writes the files at `paths`, or the one that the image argument leads to. */
export async function cat(image: string, paths: readonly string[], options: CatCommandOptions): Promise<void> {
  const session = openSession(options, 'content');
  try {
    if (paths.length === 0 && isSelection(image)) {
      return await withImage(image, { ...options, note: session.note }, (bytes) => writeAll(bytes, session.run));
    }
    const way = { ...options, enter: paths.length > 0, note: session.note };
    await withAddress(image, way, async (found, spool) => {
      if (paths.length === 0) return write(found.node, found.path, session.run);
      for (const name of paths) {
        const { node, path } = await followPath(found.tree, argumentBytes(name), 'follow', { spool });
        await write(node, path, session.run);
      }
    });
  } finally {
    session.close();
  }
}

async function write(node: Node, path: ByteString, run: Run): Promise<void> {
  if (node.kind !== 'file') {
    const shown = displayText(path) || '/';
    throw new InvalidInputError('image.not-a-file', `${shown} is not a regular file.`, {
      path: shown,
      hint: 'Name a file after the image: live.iso/boot/grub/grub.cfg.',
    });
  }
  await writeAll(node.content, run);
}

async function writeAll(content: ExactContent, run: Run): Promise<void> {
  for await (const piece of content.pieces(run)) {
    if (isHole(piece)) for await (const bytes of zerosOf(piece.hole, run)) await put(bytes);
    // Standard output keeps what it is given until it is written; pieces are only lent.
    else await put(Uint8Array.from(piece));
  }
}

function put(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
