// An EROFS root image: what the description, the options of a build and the kernel decide.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadDescription } from '../../../src/live/description/index.js';
import { chooseErofsRoot, tooNewFor } from '../../../src/live/root-image/erofs-options.js';
import { rootImageKind } from '../../../src/live/root-image/root-image-plan.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();

async function described(type: string, typeAttributes: Readonly<Record<string, string>> = {}) {
  const directory = mkdtempSync(join(scratch, 'description-'));
  const text = `<image schemaversion="8.0" name="small"><preferences><version>1.0.0</version>
    <type image="iso" ${type}/></preferences></image>`;
  writeFileSync(join(directory, 'config.xml'), text);
  return loadDescription(directory, { architecture: 'x86_64', typeAttributes }, undefined);
}

const request = {
  input: { root: '/' },
  description: { directory: '/' },
  targetDirectory: '/',
} as const;

test('erofscompression is the value of -z, and comes after fscreateoptions', async () => {
  const description = await described('filesystem="erofs" erofscompression="lz4hc,12" fscreateoptions="-C65536 -zlz4"');
  expect(rootImageKind(description)).toBe('erofs');
  const { image, facts } = chooseErofsRoot(request, description);
  expect(image).toMatchObject({ clusterSize: 65_536, compression: { name: 'lz4hc', level: 12 } });
  expect(facts).toMatchObject({ name: 'lz4hc', level: 12, engine: expect.stringMatching(/^liblz4@/) });
});

test('without erofscompression nothing is compressed, as by KIWI; squashfscompression is another one’s', async () => {
  const description = await described('filesystem="erofs" squashfscompression="xz"');
  expect(chooseErofsRoot(request, description)).toMatchObject({ image: {}, facts: { name: 'none' } });
});

test('features of mkfs.erofs are followed', async () => {
  const description = await described(
    'filesystem="erofs" erofscompression="zstd,8" fscreateoptions="-Ededupe,all-fragments -C 1048576"',
  );
  const { facts, image } = chooseErofsRoot(request, description);
  expect(facts).toMatchObject({ name: 'zstd', level: 8 });
  expect(image).toMatchObject({ dedupe: true, fragments: 'all', clusterSize: 1_048_576 });
});

test.each([
  ['fscreateoptions="-E48bit"', 'erofs.mkfs-erofs-option', 'not supported'],
  ['fscreateoptions="--all-root"', 'erofs.mkfs-erofs-option', 'Prepare the root tree'],
  ['fscreateoptions="-C 5000" erofscompression="lz4"', 'erofs.cluster-size', 'multiple of the block size'],
  ['erofscompression="brotli"', 'erofs.mkfs-erofs-option', 'one of lz4'],
])('%s cannot be followed, with its place', async (attributes, code, text) => {
  const description = await described(`filesystem="erofs" ${attributes}`);
  const error = (() => {
    try {
      return chooseErofsRoot(request, description);
    } catch (reason) {
      return reason as { code: string; message: string; hint?: string; place: { line: number } };
    }
  })() as { code: string; message: string; hint?: string; place: { line: number } };
  expect(error.code).toBe(code);
  expect(`${error.message} ${error.hint}`).toContain(text);
  expect(error.place.line).toBe(2);
});

test('options of the build replace those of the description', async () => {
  const description = await described('filesystem="erofs" erofscompression="lz4"');
  const chosen = (compression: object) => chooseErofsRoot({ ...request, compression }, description).facts;
  expect(chosen({ name: 'zstd', level: 3 })).toMatchObject({ name: 'zstd', level: 3 });
  expect(chosen({ name: 'none' })).toMatchObject({ name: 'none' });
  expect(() => chosen({ name: 'xz' })).toThrow('EROFS has no compression xz');
  expect(() => chosen({ blockSize: 4096 })).toThrow('no squashfs blocks');
});

test('an option chooses the root file system of any description', async () => {
  expect(rootImageKind(await described('', { filesystem: 'erofs' }))).toBe('erofs');
  expect(rootImageKind(await described('filesystem="erofs"', { filesystem: 'ext4' }))).toBe('ext4-in-squashfs');
});

test.each([
  [
    'zstd',
    '6.1.0-50-amd64',
    'Linux 6.1.0-50-amd64 of the root tree cannot mount EROFS with zstd, which takes 6.10 or newer.',
  ],
  ['zstd', '6.10.3', undefined],
  ['deflate', '6.5', expect.stringContaining('6.6')],
  ['lz4', '6.1', undefined],
  ['lzma', '5.10', expect.stringContaining('5.16')],
])('%s on Linux %s', async (name, kernel, expected) => {
  const root = chooseErofsRoot(request, await described(`filesystem="erofs" erofscompression="${name}"`));
  expect(tooNewFor(kernel, root)).toEqual(expected);
});

test.each([
  ['-Efragments', '6.0', 'EROFS with fragments, which takes 6.1'],
  ['-Ededupe', '5.17', 'EROFS with deduplicated data, which takes 6.1'],
  ['-Eztailpacking', '5.16', 'EROFS with compressed ends in inodes, which takes 5.17'],
  ['-C65536', '5.10', 'EROFS with clusters of several blocks, which takes 5.13'],
])('lz4 with %s on Linux %s', async (options, kernel, text) => {
  const type = `filesystem="erofs" erofscompression="lz4" fscreateoptions="${options}"`;
  const root = chooseErofsRoot(request, await described(type));
  expect(tooNewFor(kernel, root)).toContain(text);
  expect(tooNewFor('6.1', root)).toBeUndefined();
});
