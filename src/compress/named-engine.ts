// From the name of a library to the library: the engines other than the codec core.

import { MissingEngineError, UsageError } from '../errors.js';
import type { EngineChoice } from '../native/index.js';
import type { Codec, NamedEngine } from './codec.js';
import { CODECS, NAMED_ENGINES } from './codecs/index.js';

/** Choices for the codec core. */
const OF_CORE: readonly string[] = ['auto', 'native', 'portable', 'reproducible'];

/** All choices, for option parsers. */
export const ENGINES: readonly string[] = ['auto', 'native', 'portable', 'npm', ...NAMED_ENGINES];

/** Whether a choice is for other libraries than the core. Throws {@link UsageError} for an unknown name. */
export function isNamed(choice: EngineChoice): boolean {
  if (OF_CORE.includes(choice)) return false;
  if (ENGINES.includes(choice)) return true;
  throw new UsageError('compress.unknown-engine', `"${choice}" is not an engine.`, {
    option: 'engine',
    hint: `Choose ${ENGINES.join(', ')}.`,
  });
}

/**
 * The library of a codec by its name, or with `npm` the first that does `what`. Throws {@link UsageError} if the
 * library is for other codecs, {@link MissingEngineError} if it is not installed.
 */
export function namedEngine(codec: Codec, choice: EngineChoice, what: 'coder' | 'decode'): NamedEngine {
  const able = codec.engines.filter((engine) => engine[what] !== undefined);
  const found = choice === 'npm' ? able[0] : able.find(({ name }) => name === choice);
  const verb = what === 'coder' ? 'compress' : 'decompress';
  if (!found) {
    const who = choice === 'npm' ? 'No npm package here does' : `${choice} does not`;
    const message = choice === 'npm' ? `${who} ${codec.name}.` : `${who} ${verb} ${codec.name}.`;
    throw new UsageError('compress.engine-codec', message, { option: 'engine', hint: hintFor(choice) });
  }
  if (found.id === undefined) {
    throw new MissingEngineError('compress.engine-missing', `${found.name} is not available here.`, {
      hint: `It needs ${found.from}; or use the engine auto.`,
    });
  }
  return found;
}

function hintFor(choice: EngineChoice): string {
  const codecs = CODECS.filter(({ engines }) => engines.some(({ name, coder }) => coder && name === choice));
  const names = codecs.map(({ name }) => name).join(' or ');
  return names === '' ? 'Use the engine auto or portable.' : `Choose ${names}, or use the engine auto.`;
}
