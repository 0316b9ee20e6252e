// How initrds of the medium treat it: where a live system mounts it, which is where paths in kernel arguments begin, and whether Debian's
// installer reads it.

import { byteStringOf, fromText, SIGNATURE_LENGTH, streamFormat } from '../bytes/index.js';
import { UNPACK_LIMIT, unpackStream } from '../compress/index.js';
import { isImageFault } from '../errors.js';
import { earlyArchiveLength, isCpio } from '../format/cpio/index.js';
import { asBytes, collect, type ExactContent, type Run } from '../io/index.js';
import type { EditedTrees } from './change/edited-trees.js';

/** dracut's own module for live systems. */
export const DRACUT_MOUNT = '/run/initramfs/live';
/** A line of the script of KIWI's module for dracut, and the directory in it below which that mounts the medium as `live`. */
const KIWI_BASE = /\boverlay_base=["']?(\/[\w./-]+)["'\s]/;
/** More characters than that line has: it may begin in one piece of the stream and end in the next. */
const OVERLAP = 256;

/** The directory in the running system. `initrds` finds the initrds that menus load. */
export async function mediumMount(
  trees: EditedTrees,
  initrds: () => Promise<readonly ExactContent[]>,
  run: Run,
): Promise<string> {
  if (!trees.find(fromText('LiveOS'))) return trees.find(fromText('live')) ? '/run/live/medium' : '/cdrom';
  // Both modules start media with the same directories and arguments, so only the initrd says which one it is.
  for (const initrd of await initrds()) {
    const base = await kiwiBase(initrd, run);
    if (base !== undefined) return `${base}/live`;
  }
  return DRACUT_MOUNT;
}

/** Undefined for an initrd without KIWI's module, or one that cannot be read. */
async function kiwiBase(initrd: ExactContent, run: Run): Promise<string | undefined> {
  for await (const text of textsOf(initrd, run)) {
    const base = KIWI_BASE.exec(text)?.[1];
    if (base !== undefined) return base;
  }
  return undefined;
}

/**
 * Whether an initrd is that of Debian's installer without what reads a disc, as for starting over a network: it loads the rest from a
 * mirror, and never mounts the disc that it was started from.
 */
export async function isNetworkInstaller(initrd: ExactContent, run: Run): Promise<boolean> {
  let isInstaller = false;
  for await (const text of textsOf(initrd, run)) {
    if (text.includes('cdrom-detect')) return false;
    isInstaller ||= text.includes('initrd-preseed');
  }
  return isInstaller;
}

/** The unpacked bytes of an initrd, each piece with the end of the one before. Ends early at what cannot be read. */
async function* textsOf(initrd: ExactContent, run: Run): AsyncGenerator<string> {
  let before = '';
  try {
    for await (const piece of unpacked(initrd, run)) {
      run.signal?.throwIfAborted();
      const text = `${before}${byteStringOf(piece)}`;
      yield text;
      before = text.slice(-OVERLAP);
    }
  } catch (error) {
    // After a compressed archive may come another one, which no decoder takes for a part of the first.
    if (!isImageFault(error)) throw error;
  }
}

async function* unpacked(initrd: ExactContent, run: Run): AsyncGenerator<Uint8Array> {
  const at = isCpio(await headOf(initrd, run)) ? await earlyArchiveLength(initrd, run) : 0;
  const rest = initrd.slice({ at, length: initrd.size - at });
  yield* unpackStream(streamFormat(await headOf(rest, run)), asBytes(rest.pieces(run), run), UNPACK_LIMIT);
}

function headOf(content: ExactContent, run: Run): Promise<Uint8Array> {
  return collect(content.slice({ at: 0, length: Math.min(SIGNATURE_LENGTH, content.size) }), run);
}
