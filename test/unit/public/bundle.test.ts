// A program that reads one format, bundled into one file: it runs without the package, and contains only that format.
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';
import { FileTree, file, planExt4, timestamp, writeFile } from '../../../src/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const root = resolve(import.meta.dirname, '../../..');
const scratch = scratchDirectory();

const PROGRAM = `
import { openExt4 } from 'isopress/ext4';
import { openImageFile, toBytes } from 'isopress/io';

const image = await openImageFile(process.argv[2]);
const tree = await (await openExt4(image)).tree();
process.stdout.write(await toBytes(tree.get('etc/motd').content));
await image.close();
`;

test('a bundled reader of ext4 runs by itself', async () => {
  mkdirSync(join(scratch, 'program'));
  const [input, output] = [join(root, 'dist/bundle-input.js'), join(scratch, 'program/read.mjs')];
  const bundle = await rolldown({
    input: 'program',
    cwd: root,
    platform: 'node',
    plugins: [
      {
        name: 'program',
        resolveId: (id) => (id === 'program' ? input : undefined),
        load: (id) => (id === input ? PROGRAM : undefined),
      },
    ],
  });
  const { output: chunks } = await bundle.write({ file: output, format: 'esm', codeSplitting: false });
  await bundle.close();

  const tree = FileTree.of({ 'etc/motd': file('Hello from ext4.\n') });
  const image = join(scratch, 'a.img');
  await writeFile(image, planExt4(tree, { seed: 's', epoch: timestamp(0) }));
  expect(execFileSync(process.execPath, [output, image], { cwd: scratch, encoding: 'utf8' })).toBe(
    'Hello from ext4.\n',
  );

  const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const bundled = modules.map((id) => relative(join(root, 'dist'), id));
  expect(bundled.length).toBeGreaterThan(20);
  expect(bundled.filter((name) => /^(format\/(?!ext4)|disc|image|live|cli|source)/.test(name))).toEqual([]);
});
