// The portability linter: things that break if the files of a disc are copied to a FAT stick, or if a boot menu for images starts
// the disc.

import { walk } from '../tree/index.js';
import type { FoundMenu } from './boot-lint.js';
import { mediumLabel } from './boot-menus.js';
import type { CheckedVolume } from './layer.js';

/** FAT has 11 characters for a label, and 32 bits for a size. */
const LONGEST_FAT_LABEL = 11;
const LARGEST_FAT_FILE = 2 ** 32 - 1;

/** Notes about a disc and its menus. */
export function lintPortability({ layer, label = '', tree }: CheckedVolume, menus: readonly FoundMenu[]): void {
  const entries = menus.flatMap(({ menu }) => menu.entries);
  const byLabel = entries.some(({ options }) => mediumLabel(options) !== undefined);
  if (byLabel && label.length > LONGEST_FAT_LABEL) {
    const message = `The menus look for the label ${label}, of which a FAT volume keeps ${LONGEST_FAT_LABEL} characters.`;
    layer.report('portable.label-length', message);
  }
  const hasLoopback = menus.some(({ path }) => /(^|\/)loopback\.cfg$/.test(path));
  if (byLabel && !hasLoopback) {
    layer.report('portable.no-loopback', 'The menus look for a label, and there is no loopback.cfg.');
  }
  for (const { path, node } of tree ? walk(tree) : []) {
    if (node.kind !== 'file' || node.content.size <= LARGEST_FAT_FILE) continue;
    layer.report('portable.large-file', `It has ${node.content.size} bytes, more than FAT allows.`, { path });
  }
}
