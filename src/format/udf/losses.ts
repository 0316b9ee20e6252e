// Metadata that UDF cannot store.

import type { Content } from '../../io/index.js';
import { type FileTree, type Loss, LossLog, walk } from '../../tree/index.js';
import { cutToFit } from './cs0.js';
import { EARLIEST, LATEST } from './fields.js';
import { isExactTarget } from './link-target.js';
import { exactName } from './names.js';

const MICROSECOND = 1000;
/** Bytes of the volume identifier of a primary volume descriptor, without the byte that counts them. */
const PRIMARY_ID_BYTES = 31;

/** Everything that will be missing or changed, gathered over the whole tree. */
export function udfLosses(tree: FileTree<Content>, volumeId: string): Loss[] {
  const log = new LossLog();
  if (cutToFit(volumeId, PRIMARY_ID_BYTES) !== volumeId) {
    log.addValue('udf.volume-id', 'The volume id is cut in the primary descriptor of UDF.', volumeId);
  }
  for (const { node, path, name } of walk(tree)) {
    const { mtime } = node;
    if (node.xattrs.length > 0) log.add('udf.xattrs', 'Extended attributes are not stored.', path);
    if (mtime.seconds < EARLIEST || mtime.seconds > LATEST) {
      log.add('udf.mtime-range', 'Times outside the years 1 to 9999 become the nearest that fits.', path);
    }
    if (mtime.nanoseconds % MICROSECOND !== 0) log.add('udf.mtime-grain', 'Times are cut to microseconds.', path);
    if (exactName(name) === undefined) {
      log.add('udf.name', 'Names that are too long or not UTF-8 are changed in the UDF tree.', path);
    }
    if (node.kind === 'symlink' && !isExactTarget(node.target)) {
      log.add('udf.link-target', 'Link targets lose redundant slashes and names that UDF cannot store.', path);
    }
  }
  return log.list();
}
