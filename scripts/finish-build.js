// What tsc leaves to do: the codec module beside the code that loads it, and the mode bit of the command, which npm sets
// when it links it and a checkout needs as well.
import { chmodSync, copyFileSync } from 'node:fs';

const at = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
copyFileSync(at('src/compress/core/codecs.wasm'), at('dist/compress/core/codecs.wasm'));
chmodSync(at('dist/cli/main.js'), 0o755);

await import('./man-pages.js');
