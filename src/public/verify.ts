// isopress/verify: whether images are sound, layer by layer.

import type { Source } from '../io/index.js';
import * as verify from '../verify/index.js';
import { runOf, type WorkOptions } from './run.js';

export {
  type CertificateNames,
  type EfiProgram,
  type EfiProgramFacts,
  type Finding,
  type LayerFacts,
  type MicrosoftCa,
  RULES,
  type RuleCode,
  type Severity,
  type VerifyReport,
} from '../verify/index.js';

/** How an image is verified. */
export interface VerifyOptions extends Omit<verify.VerifyOptions, 'run'>, WorkOptions {}

/**
 * Checks every layer of an image: structures, checksums, boot records, and that every file can be read. Never throws because of what
 * its bytes are; a report without layers is that of an unknown kind of image.
 */
export function verifyImage(image: Source, options: VerifyOptions = {}): Promise<verify.VerifyReport> {
  const { run: _, ...rest } = options;
  return verify.verifyImage(image, { ...rest, run: runOf(options) });
}
