// The option for an overlay that the dracut of a root tree knows.

import { collect, quietRun } from '../../io/index.js';
import { type FileTree, glob, type Node } from '../../tree/index.js';
import { dracutModulePaths } from '../initrd/dracut-modules.js';

/** No module script of dracut is larger. */
const LARGEST_SCRIPT = 1024 * 1024;

/** The option that makes dmsquash-live mount an overlay over a root without image: dracut-ng 110 renamed it. */
export type OverlayOption = 'rd.overlay' | 'rd.live.overlay.overlayfs=1';

/** Where a script asks for the switch. Options that begin with the same word are others, such as `rd.overlay.reset`. */
const SWITCH = /\bgetargbool\s+\S+\s+rd\.overlay(?![\w.])/;

/** The option of the tree's dracut; the older one, which newer releases also read, if the tree does not have the module. */
export async function overlayOption(root: FileTree): Promise<OverlayOption> {
  const scripts = dracutModulePaths(root, 'dmsquash-live').flatMap((path) => glob(root, `${path}/*.sh`));
  for (const { node } of scripts) {
    if (await mentions(node, SWITCH)) return 'rd.overlay';
  }
  return 'rd.live.overlay.overlayfs=1';
}

async function mentions(node: Node, words: RegExp): Promise<boolean> {
  if (node.kind !== 'file' || node.content.size > LARGEST_SCRIPT) return false;
  const bytes = await collect(node.content, quietRun());
  return words.test(Buffer.from(bytes).toString('latin1'));
}
