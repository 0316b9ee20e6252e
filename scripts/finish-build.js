// Completes the build after tsc: the codec module next to the code that loads it, the command in few files with its mode bit, which
// npm sets when it links the command but a checkout needs too, and declarations for older compilers.
import { chmodSync, copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { browserBundle } from './browser-bundle.js';
import { bundleCommand } from './bundle-command.js';

const at = (/** @type {string} */ path) => new URL(`../${path}`, import.meta.url);
copyFileSync(at('src/compress/core/codecs.wasm'), at('dist/compress/core/codecs.wasm'));
// Left by an earlier build, under other names.
rmSync(at('dist/cli/chunks'), { recursive: true, force: true });
await bundleCommand();
chmodSync(at('dist/cli/main.js'), 0o755);

/** Typed arrays are generic since TypeScript 5.7; without an argument they mean the same to both. */
const GENERIC = /\b(\w+Array|DataView|Buffer)<ArrayBuffer(?:Like)?>/g;
for (const name of readdirSync(at('dist'), { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const text = readFileSync(at(`dist/${name}`), 'utf8');
  const plain = text.replace(GENERIC, '$1');
  if (plain !== text) writeFileSync(at(`dist/${name}`), plain);
}

const { code } = await browserBundle();
writeFileSync(at('dist/browser.js'), code);

await import('./man-pages.js');
await import('./matrix-schema.js');
