// Loads the codec core's WebAssembly module: once in a process, checked before it is used.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ToolError } from '../../errors.js';
import { SHA256 } from './built.js';

const PATH = fileURLToPath(new URL('./codecs.wasm', import.meta.url));

let compiled: WebAssembly.Module | undefined;

/**
 * The compiled module, which threads share. Throws {@link ToolError} `compress.core-missing` or `compress.core-damaged`:
 * a changed module might give wrong bytes without an error.
 */
export function coreModule(): WebAssembly.Module {
  compiled ??= loadCore(PATH);
  return compiled;
}

/** Reads, checks and compiles the module at `path`. */
export function loadCore(path: string): WebAssembly.Module {
  const hint = 'Reinstall isopress, or build it with "npm run build".';
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    const message = `The codec module ${path} cannot be read: ${why}.`;
    throw new ToolError('compress.core-missing', message, { path, hint, cause });
  }
  if (createHash('sha256').update(bytes).digest('hex') !== SHA256) {
    throw new ToolError('compress.core-damaged', `The codec module ${path} is damaged.`, { path, hint });
  }
  try {
    return new WebAssembly.Module(bytes);
  } catch (cause) {
    const message = `The codec module cannot be compiled: ${(cause as Error).message}.`;
    throw new ToolError('compress.core-refused', message, {
      path,
      hint: 'Run Node.js without flags that turn WebAssembly off.',
      cause,
    });
  }
}
