// Digests of whole contents.

import {
  createDigest,
  type Data,
  type Digest,
  type DigestName,
  type ExactContent,
  isHole,
  type Run,
  zerosOf,
} from '../io/index.js';

/** The digest of a content. */
export async function contentDigest(content: ExactContent, name: DigestName, run: Run): Promise<Digest> {
  const digest = createDigest(name);
  let done = 0;
  for await (const piece of content.pieces(run)) {
    run.signal?.throwIfAborted();
    done += await feedDigest(digest, piece, run);
    run.report({ step: 'taking digests', done, total: content.size, unit: 'bytes' });
  }
  return digest;
}

/** Adds a piece, and returns its length. */
export async function feedDigest(digest: Digest, piece: Data, run: Run): Promise<number> {
  if (!isHole(piece)) {
    digest.update(piece);
    return piece.length;
  }
  for await (const zero of zerosOf(piece.hole, run)) digest.update(zero);
  return piece.hole;
}
