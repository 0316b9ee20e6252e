// Digests of installed files: from an earlier build, by threads, or by reading the files here.

import { hexOf } from '../../bytes/index.js';
import {
  type DigestName,
  digestsOfFiles,
  type ExactContent,
  isFileDigest,
  type KnownDigests,
  type Run,
} from '../../io/index.js';
import { digestContent } from './entry.js';

/** A content whose digest is asked for. */
export interface DigestRequest {
  readonly name: DigestName;
  readonly content: ExactContent;
}

/** Lower-case hexadecimal digests of contents, in their order. Only those that are not `known` are read. */
export async function contentDigests(
  requests: readonly DigestRequest[],
  run: Run,
  known: KnownDigests | undefined,
): Promise<readonly string[]> {
  await known?.prepare?.(requests.map(({ content }) => content));
  const found = requests.map(({ name, content }) => known?.find(content, name));
  const unread = [...requests.keys()].filter((index) => !found[index]);
  for (const name of new Set(unread.map((index) => requests[index]!.name))) {
    const indexes = unread.filter((index) => requests[index]!.name === name);
    const contents = indexes.map((index) => requests[index]!.content);
    for await (const { position, digest } of readDigests(name, contents, run)) {
      found[indexes[position]!] = digest;
      known?.learn(contents[position]!, name, digest);
    }
  }
  return found.map((digest) => hexOf(digest!));
}

async function* readDigests(name: DigestName, contents: readonly ExactContent[], run: Run) {
  const none = { start: 0, digests: new Array<undefined>(contents.length).fill(undefined) };
  for await (const { start, digests } of isFileDigest(name) ? digestsOfFiles(name, contents, run) : [none]) {
    run.signal?.throwIfAborted();
    for (const [i, digest] of digests.entries()) {
      const position = start + i;
      // Reading it here also gives the reason why a thread could not.
      yield { position, digest: digest ?? (await digestContent(name, contents[position]!, run)) };
    }
  }
}
