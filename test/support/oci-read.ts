// Container images read as trees, and trees as text.
import { join } from 'node:path';
import { fromText } from '../../src/bytes/text.js';
import { quietRun } from '../../src/io/content.js';
import { collect } from '../../src/io/memory.js';
import { parsePlatform } from '../../src/source/oci/platform.js';
import { containerReference, scanContainer } from '../../src/source/oci/scan.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { walk } from '../../src/tree/walk.js';
import { scratchDirectory } from './scratch.js';

const scratch = scratchDirectory();
let made = 0;

/** The tree of an image by its name. */
export function read(
  name: string,
  options: { platform?: string; preferred?: string; limit?: number } = {},
): Promise<FileTree> {
  const { platform, preferred, limit } = options;
  const request = {
    spool: fromText(join(scratch, `spool${++made}`)),
    ...(platform ? { platform: parsePlatform(platform)! } : {}),
    ...(preferred ? { preferred: parsePlatform(preferred)! } : {}),
    ...(limit ? { limit } : {}),
  };
  return scanContainer(containerReference(fromText(name))!, request, quietRun());
}

/** Paths with the content of files and the targets of links. */
export async function shown(tree: FileTree): Promise<string[]> {
  const lines: string[] = [];
  for (const { path, node } of walk(tree)) {
    if (path === '') continue;
    if (node.kind === 'directory') lines.push(`${path}/`);
    else if (node.kind === 'symlink') lines.push(`${path} -> ${node.target}`);
    else if (node.kind === 'file') lines.push(`${path}=${Buffer.from(await collect(node.content, quietRun()))}`);
  }
  return lines;
}
