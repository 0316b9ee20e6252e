// Bundles the library for browsers: a module NAME.js that needs Node.js is replaced by NAME.browser.js next to it.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { packageLicenses } from './package-licenses.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @type {import('rolldown').Plugin} */
const twins = {
  name: 'twins',
  async resolveId(id, importer, options) {
    if (!id.startsWith('.') || !importer) return undefined;
    const found = await this.resolve(id, importer, { ...options, skipSelf: true });
    const twin = found?.id.replace(/(?<!\.browser)\.js$/, '.browser.js');
    return twin && twin !== found?.id && existsSync(twin) ? twin : undefined;
  },
};

/** Node.js is imported for nothing: the bundler keeps that, and drops the modules that use it. */
const UNUSED = /^import "node:[^"]+";\n/gm;

/**
 * The code of `isopress/browser`. Everything is in it, the codec core too; it imports nothing.
 * @returns {Promise<{ code: string, modules: string[] }>}
 */
export async function browserBundle() {
  const bundle = await rolldown({
    input: resolve(root, 'dist/public/browser.js'),
    cwd: root,
    platform: 'browser',
    external: /^node:/,
    treeshake: { moduleSideEffects: false },
    moduleTypes: { '.wasm': 'base64' },
    plugins: [twins],
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'esm', codeSplitting: false });
  await bundle.close();
  const [chunk] = output;
  if (output.length !== 1 || chunk.type !== 'chunk') throw new Error('The bundle for browsers is not one file.');
  const code = chunk.code.replace(UNUSED, '');
  const used = /^(?:import|export) [^'"]*["']node:[^"']+["']/m.exec(code);
  if (used) throw new Error(`The bundle for browsers needs Node.js: ${used[0]}`);
  const modules = Object.keys(chunk.modules);
  const licenses = packageLicenses(modules).map(([name, text]) => `/*! ${name}\n\n${text}\n*/\n`);
  return { code: licenses.join('') + code, modules };
}
