// The engine that suites run on: the native one where it is built, and once more the portable one.
import type { EngineChoice } from '../../src/native/index.js';

/** The engine that the suite was started for. */
export const ENGINE = (process.env['ISOPRESS_TEST_ENGINE'] ?? 'auto') as EngineChoice;
