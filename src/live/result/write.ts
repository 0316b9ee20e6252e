// The files beside the ISO.

import { join } from 'node:path';
import type { Project } from '../project.js';
import { writeText } from '../text-file.js';
import { listPackages } from './packages.js';
import { type ResultFile, type ResultKey, type Results, renderResults } from './record.js';

/** Writes them and returns the record of all results, the ISO `image` included. */
export async function writeResults(project: Project, image: string): Promise<Results> {
  const { targetDirectory, baseName, description } = project;
  const at = (suffix: string) => join(targetDirectory, `${baseName}${suffix}`);
  const results: Partial<Record<ResultKey, ResultFile | { pattern: string }>> = {
    live_image: { filename: image, use_for_bundle: true, compress: false, shasum: true },
  };
  const packages = await listPackages(project.root);
  if (packages !== undefined) {
    await writeText(at('.packages'), packages);
    results.image_packages = { filename: at('.packages'), use_for_bundle: true, compress: false, shasum: false };
  }
  const { bundle_format: pattern } = description.type;
  if (pattern !== undefined) results.bundle_format = { pattern };
  await writeText(join(targetDirectory, 'isopress.result.json'), renderResults(results));
  return results;
}
