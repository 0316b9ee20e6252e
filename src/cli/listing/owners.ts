// Names of the users and groups of an image, by its own etc/passwd and etc/group.

import { displayText } from '../../bytes/index.js';
import { collect, quietRun } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';

/** Names by their numbers. */
export interface OwnerTexts {
  readonly users: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
}

/** A larger file is not read: a list of a million users has 60 MB. */
const MOST = 64 * 1024 * 1024;

/** The names in a tree; none where it has no such files, or damaged ones. */
export async function ownersOf(tree: FileTree): Promise<OwnerTexts> {
  return { users: await namesIn(tree, 'etc/passwd'), groups: await namesIn(tree, 'etc/group') };
}

async function namesIn(tree: FileTree, path: string): Promise<Map<number, string>> {
  const names = new Map<number, string>();
  const node = follow(tree, path);
  if (node?.kind !== 'file' || node.content.size > MOST) return names;
  let text: string;
  try {
    text = Buffer.from(await collect(node.content, quietRun())).toString('latin1');
  } catch {
    return names;
  }
  for (const line of text.split('\n')) {
    const [name = '', , number = ''] = line.split(':');
    // Of several names the first counts, as for getpwuid(3).
    if (name !== '' && /^\d{1,10}$/.test(number) && !names.has(Number(number))) {
      names.set(Number(number), displayText(name as Parameters<typeof displayText>[0]));
    }
  }
  return names;
}
