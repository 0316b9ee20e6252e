// Pages about images: `isopress info --html live.html live.iso`.

import { type ByteString, displayText } from '../bytes/index.js';
import { parseAddress } from '../image/index.js';
import {
  bytesSource,
  fileTarget,
  hostKind,
  quietRun,
  type Source,
  type Spool,
  type Target,
  writeImage,
} from '../io/index.js';
import { mapImage, readPackages } from '../map/index.js';
import { mapPage } from '../page/index.js';
import { VERSION } from '../version.js';
import { argumentBytes } from './argument-bytes.js';
import type { Session } from './session.js';

/** A page that is written when its image has been looked at. */
export interface PendingPage {
  /** Throws {@link TargetError} for a file that exists, or that cannot be made. */
  check(): Promise<void>;
  write(name: string, image: Source, spool: Spool): Promise<void>;
}

/** The page in a file of this name. */
export function pendingPage(
  file: string,
  { force = false }: { readonly force?: boolean },
  { run }: Session,
): PendingPage {
  const target = fileTarget(argumentBytes(file), { force });
  return {
    check: async () => target.check?.(),
    write: async (name, image, spool) => {
      const map = await mapImage(image, { spool, packagesOf: (root) => readPackages(root, run) });
      await writeText(target, mapPage(map, titleOf(name), `isopress ${VERSION}`));
    },
  };
}

/** The address without the directories above its file. */
function titleOf(name: string): string {
  const { file } = parseAddress(argumentBytes(name), hostKind);
  return displayText(argumentBytes(name).slice(file.lastIndexOf('/') + 1) as ByteString);
}

function writeText(target: Target, text: string) {
  const content = bytesSource(new TextEncoder().encode(text));
  return writeImage({ ...content, layout: undefined }, target, quietRun());
}
