// The EFI system partition: a FAT volume with the medium's EFI directory, appended after the payload.

import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { type FatLayout, planFat } from '../../format/fat/index.js';
import type { ExactContent, ImagePlan } from '../../io/index.js';
import { exclude } from '../../tree/index.js';
import type { EfiTree } from '../boot/efi-files.js';
import type { BuildPlan } from '../plan/build-plan.js';

const MIB = 1024 * 1024;
const LABEL = 'BOOT';

/** Throws {@link InvalidInputError} `live.esp-full` if the EFI directory does not fit. */
export function planEsp(plan: BuildPlan, efi: EfiTree): ImagePlan<FatLayout, ExactContent> {
  const { seed, epoch, description, excluded } = plan;
  const kept = exclude(
    efi,
    excluded.esp.map((pattern) => fromText(`/EFI/${pattern}`)),
  );
  const mebibytes = description.type.efifatimagesize;
  try {
    return planFat(kept, { size: mebibytes * MIB, label: LABEL, seed: `${seed} esp`, epoch });
  } catch (error) {
    if (!(error instanceof InvalidInputError) || !FULL.has(error.code)) throw error;
    const message = `The EFI directory does not fit into an EFI system partition of ${mebibytes} MiB.`;
    throw new InvalidInputError('live.esp-full', message, {
      path: description.path,
      hint: 'Set efifatimagesize to at most 31, or take files out of /boot/efi in the root tree.',
      cause: error,
    });
  }
}

const FULL: ReadonlySet<string> = new Set(['fat.no-space']);
