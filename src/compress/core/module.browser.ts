// The codec core's WebAssembly module in browsers: it is part of the program, so that nothing has to be fetched.

import encoded from './codecs.wasm';
import type * as host from './module.js';

let compiled: WebAssembly.Module | undefined;

/** As on Node.js. A page has to allow WebAssembly: `script-src 'wasm-unsafe-eval'`. */
export const coreModule: typeof host.coreModule = () => {
  compiled ??= new WebAssembly.Module(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)));
  return compiled;
};
