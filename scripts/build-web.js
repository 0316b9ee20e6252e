// npm run build:web [-- DIRECTORY]
// Writes the web app to out/web/index.html: one file that works from any static host and from the disk.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const LIBRARY = resolve(root, 'dist/browser.js');

/** The code of a module of web/ with all that it imports. */
async function bundled(input, options) {
  const bundle = await rolldown({
    input: resolve(root, input),
    cwd: root,
    platform: 'browser',
    resolve: { alias: { 'isopress/browser': LIBRARY }, extensionAlias: { '.js': ['.ts', '.js'] } },
    treeshake: { moduleSideEffects: (id) => id.endsWith('/web/app.ts') },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ codeSplitting: false, ...options });
  await bundle.close();
  return output[0].code;
}

const sha256 = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Writes the app. `directory` is made if it is missing. */
export async function buildWeb(directory) {
  // An end tag in a string of the script would end it.
  const script = (await bundled('web/app.ts', { format: 'iife', minify: true }))
    .replaceAll('</script', '<\\/script')
    .trim();
  const maker = await bundled('web/page.ts', { format: 'esm' });
  const { appPage, WHOLE_STYLE } = await import(`data:text/javascript;base64,${Buffer.from(maker).toString('base64')}`);
  const policy = [
    "default-src 'none'",
    `script-src ${sha256(script)} 'wasm-unsafe-eval'`,
    `style-src ${sha256(WHOLE_STYLE)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types page',
  ];
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'index.html');
  writeFileSync(file, appPage(script, policy.join('; ')));
  return file;
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  console.log(await buildWeb(resolve(root, process.argv[2] ?? 'out/web')));
}
