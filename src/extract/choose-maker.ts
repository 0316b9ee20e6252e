// Chooses the engine that makes entries.

import { chooseNative, type EngineChoice } from '../native/index.js';
import type { EntryMaker } from './entry-maker.js';
import { NativeMaker } from './native-maker.js';
import { PortableMaker } from './portable-maker.js';

/** Throws {@link MissingEngineError} if `native` is required and missing. */
export function chooseMaker(engine: EngineChoice): EntryMaker {
  const { addon } = chooseNative(engine);
  return addon ? new NativeMaker(addon) : new PortableMaker();
}
