// Which engine a piece of work runs on: the caller's wish against what this machine has.

import { MissingEngineError, option, wording } from '../errors.js';
import { loadNative, type NativeState } from './binding.js';

/**
 * `auto` takes the native engine if it loads; `native` insists on it; `portable` never touches it. Any other name is a
 * library that compresses, or `npm` for that of each codec; all else is then done as by `auto`.
 */
export type EngineChoice = 'auto' | 'native' | 'portable' | 'npm' | (string & Record<never, never>);

/**
 * The addon to use, or the reason for not using one. Throws {@link MissingEngineError} `native.missing` when the native
 * engine is required and missing.
 */
export function chooseNative(choice: EngineChoice): NativeState {
  if (choice === 'portable') return { addon: undefined, reason: 'the portable engine was chosen' };
  const state = loadNative();
  if (choice === 'native' && !state.addon) {
    throw new MissingEngineError('native.missing', `The native engine was requested, but ${state.reason}.`, {
      hint: wording`Build it with "npm run build:native", or choose ${option('engine', 'auto')} or ${option('engine', 'portable')}.`,
    });
  }
  return state;
}
