// Which engines this installation runs, and why not the others: for --version and reports.

import { CODECS, chooseCompression, type EngineChoice } from '../compress/index.js';
import { chooseNative } from '../native/index.js';

/** The engine that ran, as plain data for reports. */
export type EngineFacts =
  | { readonly name: 'native'; readonly version: string; readonly from: string }
  | { readonly name: 'portable'; readonly reason: string };

/** The engine that `choice` selects on this machine. */
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
  const codecs = CODECS.map(({ name, engines }) => {
    const others = engines.filter(({ id, coder }) => id !== undefined && coder).map(({ id }) => id);
    const onRequest = others.length > 0 ? `; on request ${others.join(', ')}` : '';
    return `${name} by ${chooseCompression({ name }).engine}${onRequest}`;
  });
  return [engineText(facts), ...codecs, `node ${process.version}`].join('\n');
}
