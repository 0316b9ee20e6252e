// Emits an image with compressed files, front to back. Its head comes first and is known last.

import { InternalError } from '../../errors.js';
import { type Data, type Piece, pieceLength, type Run } from '../../io/index.js';
import { CompressedFiles } from './compressed-files.js';
import { contentsInOrder } from './contents.js';
import { emitDirectories, placeDirectories } from './directories.js';
import { renderHead, rootNid } from './head.js';
import type { PlannedImage } from './layout.js';
import { LeafWriter } from './leaves.js';
import { FilePacker } from './pack-files.js';
import { Placement } from './placement.js';

/** The pieces of the image, at most `sizeLimit` bytes. The compressor is closed when the emission ends, in any way. */
export async function* emitCompressed(image: PlannedImage, sizeLimit: number, run: Run): AsyncGenerator<Piece> {
  const { blockSize } = image.options;
  let head: Uint8Array | undefined;
  yield {
    length: image.headBlocks * blockSize,
    render: () => {
      if (!head) throw new InternalError('internal.superblock', 'The superblock was asked for before the last block.');
      return head;
    },
  };
  let at = image.headBlocks * blockSize;
  const leafNids = new Float64Array(image.inodes.leaves.length);
  const placement = new Placement(blockSize, image.headBlocks, (index, nid) => {
    leafNids[index] = nid;
  });
  for await (const piece of emitLeaves(image, placement, run)) {
    at += pieceLength(piece);
    yield piece;
  }
  if (at !== placement.block * blockSize) {
    throw new InternalError('internal.place', `The directories start at byte ${at}, not in block ${placement.block}.`);
  }
  const placed = placeDirectories(image, placement.block, leafNids, rootNid(image));
  for (const piece of emitDirectories(image, placed, run)) {
    at += pieceLength(piece);
    yield piece;
  }
  if (at > sizeLimit) {
    throw new InternalError('internal.size-limit', `${at} bytes where at most ${sizeLimit} were planned.`);
  }
  head = renderHead(image, placed);
}

async function* emitLeaves(image: PlannedImage, placement: Placement, run: Run): AsyncGenerator<Data> {
  const writer = new LeafWriter(image, placement);
  const { contents, leafOf } = contentsInOrder(image);
  const packer = new FilePacker(image, contents, run);
  const files = new CompressedFiles(image, placement, writer);
  let done = 0;
  try {
    for await (const parts of packer.parts()) {
      for (const part of parts) {
        if (part.isFirst) for (const bytes of writer.before(leafOf[part.content]!)) yield bytes;
        for (const bytes of files.put(part, leafOf[part.content]!)) yield bytes;
        if (part.isLast) for (const bytes of writer.endIfDue()) yield bytes;
        packer.release(part);
        done += part.length;
      }
      run.report({ step: 'packing', done, total: image.contentSize, unit: 'bytes' });
    }
  } finally {
    await packer.close();
  }
  yield* writer.end();
}
