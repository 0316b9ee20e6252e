// A report of a bug names modules of the source tree, although the command is bundled.
import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { namedFrames } from '../../../src/cli/bug-report.js';
import { isopress, MAIN } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';

/** Runs before the command: the first read of an image inside a chunk of the command fails, as with a bug there. */
const PLANTED = `
  const { subarray } = Uint8Array.prototype;
  Uint8Array.prototype.subarray = function (...range) {
    if (new Error().stack.split('\\n')[2]?.includes('/cli/chunks/')) throw new TypeError('planted');
    return subarray.apply(this, range);
  };`;

test('a bug ends with 70, and each frame in a bundled file is followed by its module', () => {
  const preload = `data:text/javascript,${encodeURIComponent(PLANTED)}`;
  const { status, stderr } = isopress(['info', MAIN], { env: { NODE_OPTIONS: `--import=${preload}` } });
  expect(stderr).toContain(
    'isopress: this is a bug in isopress. Please report it with the lines below.\nTypeError: planted',
  );
  expect(status).toBe(70);
  const frames = stderr.split('\n').filter((line) => line.includes('/dist/cli/'));
  expect(frames.length).toBeGreaterThan(2);
  for (const frame of frames) {
    const [, module] = / in (src\/\S+\.ts)$/.exec(frame) ?? [];
    expect(module, frame).toBeDefined();
    expect(existsSync(resolve(import.meta.dirname, '../../..', module!)), module).toBe(true);
  }
});

test('frames in other files stay as they are', () => {
  const stack = 'Error: m\n    at node:internal/main:1:2\n    at f (file:///nowhere/gone.js:3:4)';
  expect(namedFrames(stack)).toBe(stack);
});

test('a frame in a bundled package names the package, not the module above it', () => {
  const chunk = join(scratchDirectory(), 'chunk.js');
  writeFileSync(chunk, '// dist/a/b.js\nf();\n// node_modules/c/d.cjs\ng();\n');
  const at = (line: number) => `    at f (${pathToFileURL(chunk)}:${line}:1)`;
  expect(namedFrames(`${at(2)}\n${at(4)}`)).toBe(`${at(2)} in src/a/b.ts\n${at(4)} in node_modules/c/d.cjs`);
});
