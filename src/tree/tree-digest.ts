// The digest of a whole tree: metadata and contents. It depends on neither the source of the tree nor the order in which it was read.

import type { ByteString } from '../bytes/index.js';
import { createDigest, type ExactContent, type KnownDigests, type Run, yieldToEventLoop } from '../io/index.js';
import { IDENTITY_SIZE, identities } from './content-identity.js';
import type { FileTree } from './file-tree.js';
import type { Node, Xattr } from './node.js';
import { hardLinkCounts, visitNodes, walk } from './walk.js';

/** The first line; raised when the form of the others changes. */
const HEAD = 'isopress tree v1\n';
/** Characters that are digested with one call. */
const BATCH = 64 * 1024;

/**
 * SHA-256 as hexadecimal text, over one line for every name in byte order; docs/keys.md has the exact form. Reads every content once
 * whose identity is not `known`, and reports that as "taking digests".
 */
export async function treeDigest(tree: FileTree, run: Run, known?: KnownDigests): Promise<string> {
  const contents = await contentDigests(tree, run, known);
  const shared = hardLinkCounts(tree);
  const firstNames = new Map<Node, ByteString>();
  const digest = createDigest('sha256');
  let lines = HEAD;
  for (const { path, node } of walk(tree)) {
    const first = firstNames.get(node);
    if (first === undefined && shared.has(node)) firstNames.set(node, path);
    lines += `${(first === undefined ? lineOf(path, node, contents) : [path, 'link', first]).join('\0')}\n`;
    if (lines.length < BATCH) continue;
    digest.update(Buffer.from(lines, 'latin1'));
    lines = '';
  }
  digest.update(Buffer.from(lines, 'latin1'));
  return digest.hex();
}

type ContentDigests = (content: ExactContent) => string;

function lineOf(path: ByteString, node: Node, digestOfContent: ContentDigests): readonly (string | number)[] {
  const { kind, mode, uid, gid, mtime, xattrs } = node;
  const fixed = [path, kind, mode.toString(8), uid, gid, mtime.seconds, mtime.nanoseconds];
  return [...fixed, ...ownFields(node, digestOfContent), ...xattrs.flatMap(xattrFields)];
}

function ownFields(node: Node, digestOfContent: ContentDigests): readonly (string | number)[] {
  if (node.kind === 'directory') return [];
  if (node.kind === 'symlink') return [node.target];
  if (node.kind !== 'file') return [node.major, node.minor];
  const { content } = node;
  return [content.size, digestOfContent(content)];
}

/** Values may contain every byte. */
function xattrFields({ name, value }: Xattr): readonly string[] {
  return [name, Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')];
}

/** The digest of every content of the tree; an empty one has the empty text. */
async function contentDigests(tree: FileTree, run: Run, known: KnownDigests | undefined): Promise<ContentDigests> {
  const indexes = new Map<ExactContent, number>();
  let total = 0;
  visitNodes(tree, (node) => {
    if (node.kind !== 'file' || node.content.size === 0 || indexes.has(node.content)) return;
    indexes.set(node.content, indexes.size);
    total += node.content.size;
  });
  const contents = [...indexes.keys()];
  const all = Buffer.alloc(contents.length * IDENTITY_SIZE);
  let done = 0;
  for await (const group of identities(contents, run, known)) {
    for (const { index, identity } of group) {
      all.set(identity, index * IDENTITY_SIZE);
      done += contents[index]!.size;
    }
    run.report({ step: 'taking digests', done, total, unit: 'bytes' });
    await yieldToEventLoop(run);
  }
  return (content) => {
    const index = indexes.get(content);
    return index === undefined ? '' : all.toString('hex', index * IDENTITY_SIZE, (index + 1) * IDENTITY_SIZE);
  };
}
