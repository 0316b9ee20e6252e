// Puts the command into few files, dist/cli/main.js and dist/cli/chunks: Node.js loads them in less than half of the time that it
// takes for the modules one by one. The library stays as it is compiled, module by module.
import { relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const output = resolve(root, 'dist/cli');

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
    input: { main: resolve(root, 'dist/cli/entry.js') },
    platform: 'node',
    // Packages are loaded as npm installs them.
    external: /^[^./]/,
    plugins: [placeOfModule],
  });
  const names = { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' };
  await bundle.write({ dir: output, format: 'esm', ...names });
  await bundle.close();
}
