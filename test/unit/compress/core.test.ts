import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { LIBRARIES } from '../../../src/compress/core/built.js';
import { Core } from '../../../src/compress/core/instance.js';
import { coreModule, loadCore } from '../../../src/compress/core/module.js';
import { CODECS, CONTAINERS } from '../../../src/compress/index.js';
import { openWorkerPool } from '../../../src/compress/worker-pool.js';
import { ToolError } from '../../../src/errors.js';
import { quietRun } from '../../../src/io/content.js';
import { scratchDirectory } from '../../support/scratch.js';

const MODULE = fileURLToPath(new URL('../../../src/compress/core/codecs.wasm', import.meta.url));
const scratch = scratchDirectory();

test('the core has every codec of the table, under the numbers that the table gives them, and then parts of streams', () => {
  const names = CODECS.map(({ name }) => name);
  expect(Object.keys(LIBRARIES).slice(0, names.length)).toEqual(names);
  for (const { codec } of CONTAINERS) expect(Object.keys(LIBRARIES)).toContain(codec);
});

test('a module that is missing, cut off or changed by one bit is refused with its path', () => {
  const path = join(scratch, 'codecs.wasm');
  expect(() => loadCore(path)).toThrow(expect.objectContaining({ code: 'compress.core-missing', place: { path } }));
  const bytes = readFileSync(MODULE);
  for (const damaged of [bytes.subarray(0, 1000), bytes.map((byte, i) => (i === 500_000 ? byte ^ 1 : byte))]) {
    writeFileSync(path, damaged);
    expect(() => loadCore(path)).toThrow(expect.objectContaining({ code: 'compress.core-damaged', place: { path } }));
  }
  copyFileSync(MODULE, path);
  expect(new Core(loadCore(path)).encoder('gzip', [6])(new Uint8Array(1000))?.length).toBeLessThan(20);
});

test('memory that cannot be allocated is an error of the environment', () => {
  const core = new Core(coreModule());
  expect(() => core.decode('gzip', new Uint8Array(10), 2 ** 32 - 65_536)).toThrow(
    expect.objectContaining({ code: 'compress.no-memory', exitCode: 4 }),
  );
  expect(core.decode('gzip', Uint8Array.of(120, 156, 75, 4, 0, 0, 98, 0, 98), 9)).toEqual(Uint8Array.of(97));
});

test('a thread that cannot start or dies is an error of the environment, for every block it had', async () => {
  const spec = { codec: 'gzip', engine: 'none such', level: 1, settings: {} } as const;
  const pool = openWorkerPool(spec, quietRun(1));
  const blocks = await Promise.allSettled([pool.compress(new Uint8Array(100)), pool.compress(new Uint8Array(100))]);
  for (const block of blocks) expect(block).toMatchObject({ status: 'rejected', reason: expect.any(ToolError) });
  await expect(pool.compress(new Uint8Array(9))).rejects.toThrow(/^A compression thread /);
  await pool.close();
});
