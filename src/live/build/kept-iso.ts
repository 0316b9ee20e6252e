// Finished media in a cache, by the key of their build.

import { basename, join } from 'node:path';
import { type Cache, findImages, type ImageRecorder, type KeptImage, keepImage } from '../../cache/index.js';
import type { Run } from '../../io/index.js';
import type { InitrdReport } from '../initrd/index.js';
import { checkImageSize } from '../result/index.js';
import type { BuildContext } from './build-context.js';
import type { BuildReport } from './report.js';

const KIND = 'iso';

type Kept = Pick<BuildReport, 'size' | 'sha256' | 'initrd' | 'cached'>;

/** An ISO that a store had when it was asked. */
interface KeptPlace {
  readonly kept: KeptImage;
  readonly initrd: InitrdReport;
}

/** The ISOs of earlier builds with the same key: more than one only if stores disagree. */
export async function findIsos(cache: Cache | undefined, key: string): Promise<readonly KeptPlace[]> {
  const images = cache ? await findImages(cache, KIND, key) : [];
  return images.flatMap((kept) => (isInitrdReport(kept.facts) ? [{ kept, initrd: kept.facts }] : []));
}

/** Puts the ISO of an earlier build into the work directory; undefined if no store has it whole. */
export async function keptIso(
  { workDirectory, watch, request }: BuildContext,
  places: readonly KeptPlace[],
  image: string,
  run: Run,
): Promise<Kept | undefined> {
  for (const { kept, initrd: facts } of places) {
    const path = join(workDirectory, basename(image));
    if (!(await watch.time('cache', () => kept.copy(path)))) continue;
    run.signal?.throwIfAborted();
    const { size, digest: sha256 } = kept.image;
    const limit = request.configuration?.largestImage;
    if (limit !== undefined) checkImageSize(size, limit, image);
    const initrd = { ...facts, cached: facts.madeBy !== 'given' };
    return { size, sha256, initrd, cached: true };
  }
  return undefined;
}

/** Keeps a finished ISO. */
export async function keepIso(
  cache: Cache,
  key: string,
  { image, size, sha256, initrd }: BuildReport,
  recorder: ImageRecorder | undefined,
): Promise<void> {
  const file = { path: image, blob: { digest: sha256, size } };
  await keepImage(cache, { kind: KIND, key, facts: initrd }, file, recorder);
}

/** Facts come from outside; a report shows them. */
function isInitrdReport(facts: unknown): facts is InitrdReport {
  if (typeof facts !== 'object' || facts === null) return false;
  const { size, madeBy, modules } = facts as Partial<InitrdReport>;
  return typeof size === 'number' && typeof madeBy === 'string' && Array.isArray(modules);
}
