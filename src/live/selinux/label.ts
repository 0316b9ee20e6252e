// The labels of a root tree by its policy, as `setfiles -F` would write them.

import { type ByteString, blankSeparated, byteStringOf, bytesOf, concatBytes } from '../../bytes/index.js';
import { collect, quietRun } from '../../io/index.js';
import { type FileTree, follow, mapNodes, type Node, walk } from '../../tree/index.js';
import { isPathComponent } from '../files/path-component.js';
import type { ContextsFile, FileContexts, Substitutions } from './contexts.js';

const ATTRIBUTE = 'security.selinux' as ByteString;
const NUL = new Uint8Array(1);
/** Mount points of the running system. */
const UNLABELLED: ReadonlySet<string> = new Set(['proc', 'sys', 'dev']);

/** A tree's policy. */
export interface SelinuxPolicy {
  /** `targeted`, `default`. */
  readonly name: string;
  readonly contexts: FileContexts;
}

/** The policy `wanted` if the tree has it, otherwise the one in its configuration; undefined if there is none. */
export async function findPolicy(root: FileTree, wanted: string): Promise<SelinuxPolicy | undefined> {
  const configured = /^[ \t]*SELINUXTYPE=[ \t]*(\S+)[ \t]*$/m.exec(
    (await textAt(root, '/etc/selinux/config')) ?? '',
  )?.[1];
  for (const name of [wanted, configured]) {
    if (name === undefined || !isPathComponent(name)) continue;
    const base = `/etc/selinux/${name}/contexts/files/file_contexts`;
    const text = await textAt(root, base);
    if (text === undefined) continue;
    const files: ContextsFile[] = [{ path: base, text }];
    for (const suffix of ['.homedirs', '.local']) {
      const more = await textAt(root, `${base}${suffix}`);
      if (more !== undefined) files.push({ path: `${base}${suffix}`, text: more });
    }
    const substitutions = [];
    for (const suffix of ['.subs', '.subs_dist']) {
      substitutions.push(readSubstitutions((await textAt(root, `${base}${suffix}`)) ?? ''));
    }
    // Most trees have no policy.
    const { readContexts } = await import('./contexts.js');
    return { name, contexts: readContexts(files, substitutions) };
  }
  return undefined;
}

/** Lines `/from /to`; the last line that matches a path counts. */
function readSubstitutions(text: string): Substitutions {
  const pairs = text.split('\n').map((line) => blankSeparated(line as ByteString));
  return pairs.flatMap(([from, to]) => (from?.startsWith('/') && to ? [[from, to] as const] : [])).reverse();
}

async function textAt(root: FileTree, path: string): Promise<string | undefined> {
  const node = follow(root, path);
  return node?.kind === 'file' ? byteStringOf(await collect(node.content, quietRun())) : undefined;
}

/** The tree with its labels; an entry that has several names is labelled by the first of them. */
export function labelled(tree: FileTree, { contexts }: SelinuxPolicy): FileTree {
  const labels = new Map<Node, ByteString | undefined>();
  for (const { path, node } of walk(tree)) {
    const [top = ''] = path.split('/', 1);
    if (UNLABELLED.has(top) || labels.has(node)) continue;
    labels.set(node, contexts.label(`/${path}` as ByteString, node.kind));
  }
  return mapNodes(tree, (node, before) => withLabel(node, labels.get(before)));
}

/** The kernel stores labels with a terminating NUL. */
function withLabel(node: Node, label: ReturnType<FileContexts['label']>): Node {
  if (label === undefined) return node;
  const value = concatBytes([bytesOf(label), NUL]);
  const others = node.xattrs.filter(({ name }) => name !== ATTRIBUTE);
  const xattrs = [...others, { name: ATTRIBUTE, value }].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { ...node, xattrs };
}
