// Everything that takes time takes `run` among its options, and works without it.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  bytesSource,
  chooseCompression,
  FileTree,
  file,
  openSquashfs,
  planDisc,
  planSquashfs,
  readTags,
  shareDuplicates,
  tagSeal,
  timestamp,
  toBytes,
  verifyTags,
  withSeals,
  writeFile,
} from '../../../src/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const epoch = timestamp(1_700_000_000);
const tree = FileTree.of({ a: file('one'.repeat(9000)), b: file('one'.repeat(9000)) });

test('the bytes of a plan in memory have its seals, whether its size is known before or not', async () => {
  const inner = planSquashfs(tree, { compression: chooseCompression({ name: 'gzip' }), epoch });
  for (const files of [tree, FileTree.of({ 'inner.img': file(inner) })]) {
    const disc = withSeals(planDisc(files, { seed: 's', epoch }), [tagSeal({ style: 'suse' })]);
    const image = bytesSource(await toBytes(disc));
    expect((await readTags(image)).style).toBe('suse');
    expect((await verifyTags(image)).ok).toBe(true);
  }
});

test('the number of jobs changes no byte', async () => {
  const make = async (jobs: number) => {
    const shared = await shareDuplicates(tree, { run: { jobs } });
    return toBytes(planSquashfs(shared, { compression: chooseCompression({ name: 'gzip' }), epoch }), {
      run: { jobs },
    });
  };
  const image = await make(1);
  expect(await make(3)).toEqual(image);
  const opened = await openSquashfs(bytesSource(image), { engine: 'portable' });
  expect((await opened.tree()).get('b')?.kind).toBe('file');
});

test('progress is reported, and an abort ends the work with its reason', async () => {
  const steps = new Set<string>();
  await writeFile(join(scratch, 'a.iso'), planDisc(tree, { seed: 's', epoch }), {
    run: { report: ({ step }) => steps.add(step) },
  });
  expect([...steps]).toContain('writing');
  const signal = AbortSignal.abort(new Error('enough'));
  const aborted = writeFile(join(scratch, 'b.iso'), planDisc(tree, { seed: 's', epoch }), { run: { signal } });
  await expect(aborted).rejects.toThrow('enough');
});
