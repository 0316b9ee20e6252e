// isopress cat IMAGE [PATH…]

import { Command } from 'commander';
import { type ByteString, displayText, fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { enterImage, noEntry, type PlaceInside } from '../../image/index.js';
import { type Data, isHole, type Run, zeros } from '../../io/index.js';
import { follow, type Node } from '../../tree/index.js';
import { withAddress } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';
import { addSessionOptions } from '../writer-options.js';

export function catCommand(): Command {
  const command = new Command('cat')
    .description('write files that are inside of an image to standard output')
    .argument('<image>', 'image file; live.iso!/LiveOS/squashfs.img goes inside, disk.img!#1 into a partition')
    .argument('[path...]', 'files in it (default: the one that the image argument leads to)');
  return addSessionOptions(command).action(async (image: string, paths: string[], options: SessionOptions) => {
    const session = openSession(options, true);
    try {
      await withAddress(image, async (found) => {
        if (paths.length === 0) return write(found.node, found.path, session.run);
        const place = await enterImage(found);
        for (const path of paths) await write(nodeAt(place, fromText(path)), fromText(path), session.run);
      });
    } finally {
      session.close();
    }
  });
}

function nodeAt({ tree }: PlaceInside, path: ByteString): Node {
  const node = follow(tree, path);
  if (!node) throw noEntry(path);
  return node;
}

async function write(node: Node, path: ByteString, run: Run): Promise<void> {
  if (node.kind !== 'file') {
    const shown = displayText(path) || '/';
    throw new InvalidInputError('image.not-a-file', `${shown} is no regular file.`, {
      path: shown,
      hint: 'Name a file, behind the image or behind !/.',
    });
  }
  for await (const piece of node.content.pieces(run)) for (const bytes of bytesOf(piece)) await put(bytes);
}

function* bytesOf(piece: Data): Generator<Uint8Array> {
  if (isHole(piece)) yield* zeros(piece.hole);
  // Standard output keeps what it is given until it is written; pieces are only lent.
  else yield Uint8Array.from(piece);
}

function put(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
