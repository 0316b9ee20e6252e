// Finished media in a cache, by the key of their build.

import { basename, join } from 'node:path';
import type { Blob, Cache } from '../../cache/index.js';
import type { Run } from '../../io/index.js';
import type { InitrdReport } from '../initrd/index.js';
import { checkImageSize } from '../result/index.js';
import type { BuildContext } from './build-context.js';
import type { BuildReport } from './report.js';

const KIND = 'iso';
const PART = 'iso';

type Kept = Pick<BuildReport, 'size' | 'sha256' | 'initrd' | 'cached'>;

/** An ISO that a store had when it was asked. */
interface KeptPlace {
  readonly blob: Blob;
  readonly initrd: InitrdReport;
}

/** The ISOs of earlier builds with the same key: more than one only if stores disagree. */
export async function findIsos(cache: Cache | undefined, key: string): Promise<readonly KeptPlace[]> {
  const records = (await cache?.find(KIND, key)) ?? [];
  return records.flatMap(({ blobs, facts }) => {
    const blob = blobs[PART];
    return blob && isInitrdReport(facts) ? { blob, initrd: facts } : [];
  });
}

/** Puts the ISO of an earlier build into the work directory; undefined if no store has it whole. */
export async function keptIso(
  { cache, workDirectory, watch, request }: BuildContext,
  places: readonly KeptPlace[],
  image: string,
  run: Run,
): Promise<Kept | undefined> {
  for (const { blob, initrd: facts } of places) {
    const path = join(workDirectory, basename(image));
    if (!(await watch.time('cache', () => cache!.copy(blob, path)))) continue;
    run.signal?.throwIfAborted();
    const limit = request.configuration?.largestImage;
    if (limit !== undefined) checkImageSize(blob.size, limit, image);
    const initrd = { ...facts, cached: facts.madeBy !== 'given' };
    return { size: blob.size, sha256: blob.digest, initrd, cached: true };
  }
  return undefined;
}

/** Keeps a finished ISO. */
export async function keepIso(cache: Cache, key: string, { image, size, sha256, initrd }: BuildReport): Promise<void> {
  await cache.keep({ kind: KIND, key, facts: initrd }, { [PART]: { path: image, blob: { digest: sha256, size } } });
}

/** Facts come from outside; a report shows them. */
function isInitrdReport(facts: unknown): facts is InitrdReport {
  if (typeof facts !== 'object' || facts === null) return false;
  const { size, madeBy, modules } = facts as Partial<InitrdReport>;
  return typeof size === 'number' && typeof madeBy === 'string' && Array.isArray(modules);
}
