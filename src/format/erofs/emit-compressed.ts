// Emits an image with compressed files, front to back. Its head comes first and is known last.

import { InternalError } from '../../errors.js';
import { Collector, type Data, type Piece, pieceLength, type Run } from '../../io/index.js';
import { CompressedFiles } from './compressed-files.js';
import { contentsInOrder } from './contents.js';
import { emitDirectories, placeDirectories } from './directories.js';
import { FragmentStore } from './fragment-store.js';
import { hasPackedInode, renderHead, rootNid } from './head.js';
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
  // After the leaves the hidden file of fragments.
  const nids = new Float64Array(image.inodes.leaves.length + 1);
  const placement = new Placement(blockSize, image.headBlocks, (index, nid) => {
    nids[index] = nid;
  });
  for await (const piece of emitLeaves(image, placement, run)) {
    at += pieceLength(piece);
    yield piece;
  }
  if (at !== placement.block * blockSize) {
    throw new InternalError('internal.place', `The directories start at byte ${at}, not in block ${placement.block}.`);
  }
  const leaves = placeDirectories(image, placement.block, nids.subarray(0, -1), rootNid(image));
  const placed = { ...leaves, packedNid: nids.at(-1)! };
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
  const out = new Collector();
  const writer = new LeafWriter(image, placement, out);
  const { contents, leafOf } = contentsInOrder(image);
  const packer = new FilePacker(image, contents, run);
  const { fragments: kind, blockSize } = image.options;
  const fragments = kind && new FragmentStore(packer, placement, blockSize);
  const files = new CompressedFiles(image, placement, writer, out, fragments);
  let done = 0;
  try {
    for await (const parts of packer.parts()) {
      for (const part of parts) {
        const leaf = leafOf[part.content]!;
        if (part.isFirst) writer.before(leaf);
        files.put(part, leaf);
        if (part.isLast) writer.endIfDue();
        done += part.length;
        // Files with blocks have none between two parts; if everything is a fragment, no file has blocks.
        if (!fragments?.isDue || !(part.isLast || kind === 'all')) continue;
        yield* out.take();
        yield* fragments.due();
      }
      yield* out.take();
      for (const part of parts) packer.release(part);
      run.report({ step: 'packing', done, total: image.contentSize, unit: 'bytes' });
    }
    if (fragments) yield* fragments.rest();
  } finally {
    await fragments?.settle();
    await packer.close();
  }
  if (hasPackedInode(image.options)) writer.packed(fragments);
  yield* writer.end();
}
