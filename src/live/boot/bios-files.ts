// Boot files of BIOS machines: the El Torito image (GRUB's CD sector and its core image) and the boot code for disks.

import { InvalidInputError } from '../../errors.js';
import { bytesSource, collect, type ExactContent, quietRun, type Run } from '../../io/index.js';
import type { FoundDirectory } from './grub-data.js';
import { fileIn, requireGrubDirectory } from './grub-data.js';
import { type BootImageContext, makeBootImage } from './grub-image.js';

export interface BiosFiles {
  /** For El Torito. */
  readonly elTorito: ExactContent;
  /** 512 bytes for the first sector; undefined if the tree has none: the medium then boots no BIOS machine as a disk. */
  readonly hybridMbr: Uint8Array | undefined;
  /** GRUB's modules and images. */
  readonly directory: FoundDirectory;
}

export interface BiosRequest {
  readonly earlyConfig: string;
  readonly prefix: string;
  readonly extraModules: readonly string[];
}

const PLATFORM = 'i386-pc';

export async function makeBiosFiles(context: BootImageContext, request: BiosRequest, run: Run): Promise<BiosFiles> {
  const directory = requireGrubDirectory(context.root, PLATFORM);
  const sector = fileIn(directory.node, 'cdboot.img');
  if (!sector) {
    const path = `/${directory.path}/cdboot.img`;
    throw new InvalidInputError('live.no-grub', `The root tree has no ${path}.`, { path });
  }
  const ready = fileIn(directory.node, 'core.img');
  const core = ready
    ? await collect(ready.content, run)
    : await makeBootImage(
        context,
        {
          platform: PLATFORM,
          directory,
          earlyConfig: request.earlyConfig,
          prefix: request.prefix,
          extraModules: request.extraModules,
        },
        run,
      );
  const hybrid = fileIn(directory.node, 'boot_hybrid.img');
  if (!hybrid) context.note('The root tree has no boot_hybrid.img: the medium boots no BIOS machine as a disk.');
  const elTorito = Buffer.concat([await collect(sector.content, run), core]);
  return {
    elTorito: bytesSource(elTorito),
    hybridMbr: hybrid && (await collect(hybrid.content, quietRun())),
    directory,
  };
}
