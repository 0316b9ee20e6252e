// The compression in a root tree's configuration of dracut (dracut.conf(5)). The files are shell scripts; only plain
// assignments are read.

import { displayText } from '../../bytes/index.js';
import { type Run, smallBytes } from '../../io/index.js';
import { type FileTree, follow, glob, type Node } from '../../tree/index.js';

/** A value and its file. */
export interface Configured {
  readonly value: string;
  readonly path: string;
}

const LARGEST = 128 * 1024;
/** In order of precedence: of two files with the same name the first counts. */
const DIRECTORIES = ['etc/dracut.conf.d', 'usr/lib/dracut/dracut.conf.d'];
/** The second, an old name, takes precedence if it is set. */
const ASSIGNMENT = /^\s*(?:export\s+)?(compress|INITRD_COMPRESS)=(?:"([^"]*)"|'([^']*)'|(\S*))\s*(?:;|#|$)/;

/**
 * The compression that dracut would use: the last assignment in /etc/dracut.conf and in the files of both directories,
 * sorted by name. Undefined: there is none.
 */
export async function configuredCompression(root: FileTree, run: Run): Promise<Configured | undefined> {
  const found: Partial<Record<string, Configured>> = {};
  for (const { path, node } of files(root)) {
    for (const line of await linesOf(node, run)) {
      const [, name, ...values] = ASSIGNMENT.exec(line) ?? [];
      if (name !== undefined) found[name] = { value: values.find((value) => value !== undefined) ?? '', path };
    }
  }
  const last = found['INITRD_COMPRESS']?.value ? found['INITRD_COMPRESS'] : found['compress'];
  return last?.value ? last : undefined;
}

/** The files of the configuration, in the order in which dracut reads them. */
function files(root: FileTree): { readonly path: string; readonly node: Node }[] {
  const main = follow(root, 'etc/dracut.conf');
  const byName = new Map<string, { readonly path: string; readonly node: Node }>();
  for (const directory of DIRECTORIES) {
    for (const { path, node } of glob(root, `${directory}/*.conf`)) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      if (!byName.has(name)) byName.set(name, { path: displayText(path), node });
    }
  }
  const sorted = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, file]) => file);
  return [...(main ? [{ path: 'etc/dracut.conf', node: main }] : []), ...sorted];
}

async function linesOf(node: Node, run: Run): Promise<string[]> {
  if (node.kind !== 'file') return [];
  const bytes = await smallBytes(node.content, run, LARGEST);
  return Buffer.from(bytes ?? [])
    .toString('latin1')
    .split('\n');
}
