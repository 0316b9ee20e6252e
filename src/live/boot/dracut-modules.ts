// The dracut of a root tree: its modules by name, and the options that they know.

import { collect, quietRun } from '../../io/index.js';
import { type FileTree, glob, type Node } from '../../tree/index.js';

/** No module script of dracut is larger. */
const LARGEST_SCRIPT = 1024 * 1024;
const MODULES = '/usr/lib/dracut/modules.d';

/** Paths of the directories of a module. The numbers in their names are an order, and differ between releases. */
export function dracutModules(root: FileTree, name: string): string[] {
  return glob(root, `${MODULES}/*${name}`)
    .map(({ path }) => path)
    .filter((path) => /^\d*$/.test(path.slice(path.lastIndexOf('/') + 1, -name.length)));
}

/** The option that makes dmsquash-live mount an overlay over a root without image: dracut-ng 110 renamed it. */
export type OverlayOption = 'rd.overlay' | 'rd.live.overlay.overlayfs=1';

/** The option of the tree's dracut; the older one, which newer releases also read, if the tree does not have the module. */
export async function overlayOption(root: FileTree): Promise<OverlayOption> {
  const scripts = dracutModules(root, 'dmsquash-live').flatMap((path) => glob(root, `${path}/*.sh`));
  for (const { node } of scripts) {
    if (await mentions(node, /\brd\.overlay\b/)) return 'rd.overlay';
  }
  return 'rd.live.overlay.overlayfs=1';
}

async function mentions(node: Node, words: RegExp): Promise<boolean> {
  if (node.kind !== 'file' || node.content.size > LARGEST_SCRIPT) return false;
  const bytes = await collect(node.content, quietRun());
  return words.test(Buffer.from(bytes).toString('latin1'));
}
