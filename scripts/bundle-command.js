// Puts the command into few files, dist/cli/main.js and dist/cli/chunks: Node.js loads them in a third of the time that it takes for the
// modules one by one. The library stays as it is compiled, module by module.
import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { chunkGroups } from './chunk-groups.js';
import { packageLicenses } from './package-licenses.js';

const root = resolve(import.meta.dirname, '..');
const entry = resolve(root, 'dist/cli/entry.js');
const output = resolve(root, 'dist/cli');

/**
 * Packages in the chunks. For a package that is CommonJS, Node.js starts a scanner for its exports, which costs more than the package.
 * Others are loaded as npm installs them.
 */
const BUNDLED = ['commander', 'packageurl-js', 'yaml'];

/** Modules look for files beside themselves: workers, the codec module, the addon. In a chunk that place has to be stated. */
const placeOfModule = {
  name: 'place-of-module',
  /** @param {string} code @param {string} id */
  transform: (code, id) => {
    if (!code.includes('import.meta.url')) return null;
    const place = JSON.stringify(relative(resolve(output, 'chunks'), id));
    return code.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`);
  },
};

/** Bundles the compiled command. */
export async function bundleCommand() {
  const bundle = await rolldown({
    cwd: root,
    input: { main: entry },
    platform: 'node',
    external: (id) => /^[^./]/.test(id) && !BUNDLED.includes(id),
    plugins: [placeOfModule],
  });
  const options = { format: /** @type {const} */ ('esm'), entryFileNames: '[name].js' };
  // Chunks as they come, one for each set of modules that the same imports need: two hundred, most of them small.
  const { output: small } = await bundle.generate(options);
  const codeSplitting = { groups: chunkGroups(small, entry) };
  // The names of modules, which the bundler writes above them, stay: a bug report reads them.
  const names = { chunkFileNames: 'chunks/[name]-[hash].js' };
  const { output: written } = await bundle.write({
    ...options,
    ...names,
    dir: output,
    codeSplitting,
    comments: false,
  });
  await bundle.close();
  const modules = written.flatMap((one) => (one.type === 'chunk' ? one.moduleIds : []));
  const licenses = packageLicenses(modules).map(([name, text]) => `=== ${name}\n\n${text}\n`);
  writeFileSync(resolve(output, 'THIRD-PARTY'), licenses.join('\n'));
}
