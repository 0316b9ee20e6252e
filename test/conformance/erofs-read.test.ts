// Images of mkfs.erofs × our reader: every entry of an awkward tree as it went in, with any options.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openErofs } from '../../src/format/erofs/index.js';
import { openFileSource } from '../../src/io/file.js';
import { bytesSource } from '../../src/io/memory.js';
import { loadNative } from '../../src/native/index.js';
import { makeAwkwardTree, text } from '../support/awkward-tree.js';
import { isopress } from '../support/command.js';
import { type ErofsUtils, erofsUtilsOf, INSTALLED, NEWER_RELEASE } from '../support/erofs-utils.js';
import { kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const dir = scratchDirectory();
const source = join(dir, 'tree');
const image = join(dir, 'image.erofs');
const kernel = kernelOracle('mkfs.erofs', 'setfattr', 'getfattr');
const ENGINES = (['native', 'portable'] as const).filter((name) => name === 'portable' || loadNative().addon);
let expected: Map<string, EntryDescription>;
let newer: ErofsUtils | undefined;

beforeAll(async () => {
  makeAwkwardTree(source);
  expected = describeDirectory(source);
  newer = await erofsUtilsOf(NEWER_RELEASE);
}, 300_000);

function make({ run }: ErofsUtils, options: readonly string[]): void {
  rmSync(image, { force: true });
  expect(run('mkfs.erofs', ['--quiet', ...options, image, source])).toMatchObject({ status: 0 });
}

async function read(engine: 'native' | 'portable') {
  const file = await openFileSource(fromText(image));
  try {
    const { facts, tree } = await openErofs(file, engine);
    return { facts, entries: await describeTree(await tree()) };
  } finally {
    await file.close();
  }
}

type Change = (entry: EntryDescription) => EntryDescription;

async function expectSame(change: Change = (entry) => entry): Promise<void> {
  for (const engine of ENGINES) {
    const { entries } = await read(engine);
    expect([...entries.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [path, entry] of expected) expect(entries.get(path), `${engine}: ${path}`).toEqual(change(entry));
  }
}

const TIME = { seconds: 1000, nanoseconds: 0 };

const THEIRS: readonly (readonly [options: string, change?: Change])[] = [
  ['-x1'],
  ['-x-1', (entry) => ({ ...entry, xattrs: [] })],
  ['-Eforce-inode-extended'],
  ['-T1000', (entry) => ({ ...entry, mtime: TIME })],
  ['-Enoinline_data'],
  ['-Enosbcrc'],
  ['--chunksize=4096'],
  ['--chunksize=65536 -Eforce-chunk-indexes'],
  ['-zlz4'],
  ['-zlz4hc,12 -C65536'],
  ['-zlz4hc -C1048576 -Eztailpacking'],
  ['-zlz4hc -Elegacy-compress'],
  ['-zlz4hc -C65536 -Efragments'],
  ['-zlz4hc -C16384 -Eall-fragments'],
];

describe('mkfs.erofs as installed', () => {
  for (const [options, change] of THEIRS) {
    kernel(`${options}: both engines read every entry`, async () => {
      make(INSTALLED, options.split(' '));
      await expectSame(change);
    });
  }
});

const NEWER: readonly string[] = [
  '-x1',
  '-b512',
  '-b1024 -zlz4hc -C8192 -Eztailpacking',
  // Not fragments and tail packing together: 1.8.6 then stores other bytes for some files, which Linux reads as we do.
  '-zlz4hc -C65536 -Efragments',
  '-zlzma,level=1 -C65536',
  '-zlzma,level=1,dictsize=16384 -Eztailpacking',
  '-zdeflate,level=1 -C16384',
  '-zzstd,level=3',
  '-zzstd,level=3 -C131072 -Eztailpacking',
  '-zzstd,level=3 -C1048576 -Eall-fragments',
  '--chunksize=4096 -Ededupe',
  '--xattr-prefix=user.sha --xattr-prefix=trusted.overlay. -x1',
  '--xattr-prefix=trusted.overlay. -zlz4 -Efragments',
];

describe(`mkfs.erofs of ${NEWER_RELEASE}`, () => {
  for (const options of NEWER) {
    kernelOracle(
      'mmdebstrap',
      'setfattr',
      'getfattr',
    )(`${options}: both engines read every entry`, async (context) => {
      if (!newer) return context.skip('it cannot be had here');
      make(newer, options.split(' '));
      await expectSame();
    });
  }
});

// On the whole tree mkfs.erofs looks for equal data for minutes.
for (const options of ['-zlz4hc -C16384 -Ededupe', '-zzstd,level=1 -Ededupe,fragments -C16384']) {
  kernelOracle('mmdebstrap', 'setfattr')(`${options}: extents that several files share`, async (context) => {
    if (!newer) return context.skip('it cannot be had here');
    const part = join(dir, 'part');
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part);
    const whole = text(120_000, 5);
    writeFileSync(join(part, 'whole'), whole);
    writeFileSync(join(part, 'shifted'), Buffer.concat([noise(777, 12), whole.subarray(20_000)]));
    writeFileSync(join(part, 'head'), whole.subarray(0, 70_000));
    rmSync(image, { force: true });
    expect(newer.run('mkfs.erofs', ['--quiet', ...options.split(' '), image, part])).toMatchObject({ status: 0 });
    const shared = describeDirectory(part);
    for (const engine of ENGINES) expect((await read(engine)).entries).toEqual(shared);
  });
}

oracle('mkfs.erofs', 'dump.erofs')('info says what dump.erofs -s says', () => {
  make(INSTALLED, ['-zlz4hc', '-C16384', '-T1700000000', '-U', '01234567-89ab-cdef-0123-456789abcdef']);
  const { status, stdout } = isopress(['info', image]);
  expect(status).toBe(0);
  const facts = INSTALLED.run('dump.erofs', ['-s', image]).stdout;
  const fact = (what: string) => new RegExp(`Filesystem ${what}: +(.+)`).exec(facts)?.[1]?.trim();
  expect(stdout).toContain('erofs in whole image');
  const [told] = JSON.parse(isopress(['info', '--json', image]).stdout).fileSystems;
  expect(told).toMatchObject({ uuid: fact('UUID'), size: Number(fact('blocks')) * 4096 });
  expect(stdout).toContain(`inodes: ${fact('inode count')}`);
  expect(stdout).toContain('created: 2023-11-14 22:13:20 UTC');
  expect(stdout).toContain('compression: lz4');
  for (const feature of fact('features')!.split(' '))
    expect(stdout).toContain(feature.replace(/^0padding$/, 'lz4_0padding'));
});

oracle('mkfs.erofs')('ls and cat go into an EROFS image, and into one inside another', () => {
  make(INSTALLED, ['-zlz4hc']);
  expect(isopress(['ls', '-l', `${image}!/data`]).stdout).toContain('mixed');
  expect(isopress(['cat', image, 'data/text']).stdout).toBe(readFileSync(join(source, 'data/text'), 'latin1'));
});

oracle('mkfs.erofs')('data on further devices is refused by name', async () => {
  const blobs = join(dir, 'blobs');
  make(INSTALLED, ['--chunksize=4096', `--blobdev=${blobs}`]);
  await expect(openErofs(bytesSource(readFileSync(image)))).rejects.toMatchObject({
    code: 'erofs.devices',
    message: expect.stringContaining('1 more device'),
  });
});

test('an image that is cut short is described with a note, and ends ls with exit code 3', async (context) => {
  if (INSTALLED.run('mkfs.erofs', ['--help']).status !== 0) return context.skip();
  make(INSTALLED, ['-x1']);
  writeFileSync(image, readFileSync(image).subarray(0, 5000));
  expect(isopress(['info', image])).toMatchObject({ status: 0, stderr: expect.stringContaining('cut short') });
  expect(isopress(['ls', image])).toMatchObject({ status: 3, stderr: expect.stringContaining('[erofs.truncated]') });
});
