// Losses and changes of a disc: each of its trees by its own rules, its texts, and its ways to boot.

import { fromText } from '../bytes/index.js';
import { type Hierarchy, isoLosses, isoTextLosses } from '../format/iso9660/index.js';
import { type UdfPlan, udfLosses } from '../format/udf/index.js';
import type { Content } from '../io/index.js';
import { type FileTree, type Loss, LossLog, walk } from '../tree/index.js';
import type { ResolvedDiscOptions } from './options.js';
import { isSpecial, shownIn } from './shown.js';

/** All losses, in the order of the trees. `tree` is the one that was asked for, before any of it is hidden. */
export function discLosses(
  tree: FileTree<Content>,
  options: ResolvedDiscOptions,
  hierarchies: readonly Hierarchy[],
  udf: UdfPlan | undefined,
): Loss[] {
  return [
    ...(options.iso9660 ? [...isoLosses(tree, options.iso), ...isoTextLosses(options.iso)] : []),
    ...hierarchies.flatMap(({ losses }) => losses),
    ...(udf ? [...udfLosses(tree, udf.volumeId), ...specialFileLosses(shownIn('udf', tree, options), options)] : []),
    ...bootLosses(options),
  ];
}

/** Links and devices in UDF: left out next to ISO 9660, or a problem for readers. */
function specialFileLosses(tree: FileTree<Content>, { udfSpecialFiles }: ResolvedDiscOptions): Loss[] {
  const log = new LossLog();
  for (const { node, path } of walk(tree)) {
    if (!isSpecial(node)) continue;
    if (udfSpecialFiles) {
      log.add(
        'udf.special-file',
        'Links, devices, pipes and sockets are stored, but 7-Zip opens no UDF volume that has one.',
        path,
      );
    } else {
      log.add(
        'udf.special-file',
        'Links, devices, pipes and sockets are left out of UDF and shown by Rock Ridge only.',
        path,
      );
    }
  }
  return log.list();
}

function bootLosses({ layout, bios, mbrCode, partitionTable }: ResolvedDiscOptions): Loss[] {
  const log = new LossLog();
  if (layout === 'grub' && bios && mbrCode.length === 0 && partitionTable !== 'none') {
    const image = typeof bios.image === 'string' ? bios.image : 'hidden';
    log.add(
      'disc.no-boot-code',
      'Without boot code in the MBR, a BIOS starts this image from a CD but not from a disk.',
      fromText(image),
    );
  }
  return log.list();
}
