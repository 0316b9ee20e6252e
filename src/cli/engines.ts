// Which engines this installation runs, and why not the others: for --version and reports.

import { CODECS, type CompressionName, chooseCompression, type EngineChoice } from '../compress/index.js';
import { UnsupportedError } from '../errors.js';
import { chooseNative } from '../native/index.js';

/** What ran, as plain data for reports. */
export type EngineFacts =
  | { readonly name: 'native'; readonly version: string; readonly from: string }
  | { readonly name: 'portable'; readonly reason: string };

/** The engine that `choice` comes to on this machine. */
export function engineFacts(choice: EngineChoice): EngineFacts {
  const state = chooseNative(choice);
  if (!state.addon) return { name: 'portable', reason: state.reason };
  return { name: 'native', version: state.addon.version(), from: state.from };
}

/** The same for people: `native engine 0.1.0 (the local build)`. */
export function engineText(facts: EngineFacts): string {
  if (facts.name === 'native') return `native engine ${facts.version} (${facts.from})`;
  return `portable engine (${facts.reason})`;
}

/** Several lines: the engine, what does each codec, and the version of Node. */
export function engineSummary(): string {
  const facts = engineFacts('auto');
  const engines = CODECS.map(({ name }) => `${name} by ${engineOf(name)}`);
  return [engineText(facts), ...engines, `node ${process.version}`].join('\n');
}

function engineOf(name: CompressionName): string {
  try {
    return chooseCompression({ name }).engine;
  } catch (error) {
    if (error instanceof UnsupportedError) return 'nothing here';
    throw error;
  }
}
