// What UDF cannot keep of a tree.

import type { Content } from '../../io/index.js';
import { type FileTree, type Loss, LossLog, walk } from '../../tree/index.js';
import { EARLIEST, LATEST } from './fields.js';
import { isExactTarget } from './link-target.js';
import { exactName } from './names.js';

const MICROSECOND = 1000;

/** Everything that will be missing or changed, gathered over the whole tree. */
export function udfLosses(tree: FileTree<Content>): Loss[] {
  const log = new LossLog();
  for (const { node, path, name } of walk(tree)) {
    const { mtime } = node;
    if (node.xattrs.length > 0) log.add('udf.xattrs', 'Extended attributes are not stored.', path);
    if (mtime.seconds < EARLIEST || mtime.seconds > LATEST) {
      log.add('udf.mtime-range', 'Times outside the years 1 to 9999 are moved to the nearest that fits.', path);
    }
    if (mtime.nanoseconds % MICROSECOND !== 0) log.add('udf.mtime-grain', 'Times are cut to microseconds.', path);
    if (exactName(name) === undefined) {
      log.add('udf.name', 'Names that are too long or not UTF-8 are changed in the UDF tree.', path);
    }
    if (node.kind === 'symlink' && !isExactTarget(node.target)) {
      log.add('udf.link-target', 'Link targets lose surplus slashes and names that UDF cannot hold.', path);
    }
  }
  return log.list();
}
