// Digests of installed files that may be known from an earlier build.

import { hexOf } from '../../bytes/index.js';
import type { DigestName, ExactContent, KnownDigests, Run } from '../../io/index.js';
import { digestContent } from './entry.js';

/** Lower-case hexadecimal digest of a content, which is read only if its digest is not `known`. */
export async function contentDigest(
  name: DigestName,
  content: ExactContent,
  run: Run,
  known: KnownDigests | undefined,
): Promise<string> {
  const earlier = known?.find(content, name);
  if (earlier) return hexOf(earlier);
  const made = await digestContent(name, content, run);
  known?.learn(content, name, bytesOfHex(made));
  return made;
}

function bytesOfHex(digits: string): Uint8Array {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
