import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { defineConfig, type Plugin } from 'vitest/config';

/** Tests import from src/ for the types and run what is shipped: the compiled code in dist/, worker threads included. */
const testWhatIsShipped: Plugin = {
  name: 'src-to-dist',
  enforce: 'pre',
  async resolveId(id, importer, options) {
    if (!id.startsWith('.') || !importer) return undefined;
    const resolved = await this.resolve(id, importer, { ...options, skipSelf: true });
    const built = resolved?.id.replace(/\/src\/(.*)\.ts$/, '/dist/$1.js');
    return built && built !== resolved?.id && existsSync(built) ? built : undefined;
  },
};

/** Hooks make and remove trees and images: nothing of theirs is judged by its time, and a busy machine may be slow. */
const HOOK_TIMEOUT = 600_000;
const SEARCH_TIMEOUT = 2 * 3_600_000;

/** Timeouts end what hangs. They are no judges of speed: a slow machine fails nothing. */
const suite = (name: string, timeout: number) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    // A search takes as long as the number of cases asked for.
    testTimeout: process.env['ISOPRESS_TEST_RUNS'] === undefined ? timeout : SEARCH_TIMEOUT,
    hookTimeout: HOOK_TIMEOUT,
  },
});

/** What depends on the engine, once more without the native one. */
const portable = (parts: readonly string[]) => ({
  extends: true as const,
  test: {
    name: 'portable',
    include: parts.map((part) => `test/${part}{/**/*,*}.test.ts`),
    env: { ISOPRESS_TEST_ENGINE: 'portable' },
    testTimeout: 300_000,
    hookTimeout: HOOK_TIMEOUT,
  },
});

export default defineConfig({
  plugins: [testWhatIsShipped],
  test: {
    pool: 'forks',
    // What is shipped runs as Node.js loads it.
    server: { deps: { external: [/\/dist\/.*\.js$/] } },
    // Many tests wait for a judge or a machine that boots: one process per core, and none kept for the reporter.
    maxWorkers: availableParallelism(),
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      suite('unit', 120_000),
      suite('property', 300_000),
      portable(['unit/format/squashfs', 'property/squashfs']),
      suite('golden', 120_000),
      suite('conformance', 300_000),
      suite('boot', 600_000),
    ],
  },
});
