// Tar archives as GNU tar, bsdtar and cpio write them, plain and compressed, against the directory they were made from.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { displayText, fromText } from '../../src/bytes/text.js';
import { quietRun } from '../../src/io/content.js';
import { collect } from '../../src/io/memory.js';
import { scanDirectory, scanTarball } from '../../src/source/index.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import type { Node } from '../../src/tree/node.js';
import { hardLinkCounts, walk } from '../../src/tree/walk.js';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const source = join(scratch, 'source');
const LONG = `${'a long directory name '.repeat(8)}/${'and a name '.repeat(15)}`;
const run = quietRun();

mkdirSync(join(source, LONG), { recursive: true });
writeFileSync(join(source, LONG, 'file'), 'deep\n');
writeFileSync(join(source, 'large'), Buffer.alloc(300_000, 'isopress '));
writeFileSync(join(source, 'empty'), '');
writeFileSync(Buffer.concat([Buffer.from(`${source}/`), Buffer.from([0xe9, 0x2e, 0x74])]), 'latin');
judge('sh', [
  '-c',
  `cd "$1" && ln large linked && ln -s "$(printf '%0150d' 0)/target" link && mkfifo pipe && truncate -s 2000000 sparse &&
   printf data | dd of=sparse bs=1 seek=1000000 conv=notrunc 2>/dev/null &&
   chmod 4711 empty && touch -d @1700000000.123456789 large && touch -h -d @-5 link && touch -d @1600000000 sparse`,
  'sh',
  source,
]);

interface Facts {
  readonly kind: string;
  readonly mode: string;
  readonly size?: number;
  readonly seconds: number;
  readonly target?: string;
  readonly bytes?: string;
}

async function factsOf(tree: FileTree): Promise<Record<string, Facts>> {
  const facts: Record<string, Facts> = {};
  for (const { path, node } of walk(tree)) {
    if (path === '') continue;
    facts[displayText(path)] = {
      kind: node.kind,
      mode: node.kind === 'symlink' ? 'any' : node.mode.toString(8),
      seconds: node.kind === 'directory' ? 0 : node.mtime.seconds,
      ...(node.kind === 'symlink' ? { target: node.target } : {}),
      ...(node.kind === 'file' ? await contentFacts(node) : {}),
    };
  }
  return facts;
}

async function contentFacts({ content }: Extract<Node, { kind: 'file' }>) {
  const bytes = await collect(content, run);
  return { size: content.size, bytes: Buffer.from(bytes).toString('latin1').replace(/\0+/g, '0') };
}

const read = (name: string) =>
  scanTarball(fromText(join(scratch, name)), { spool: fromText(join(scratch, 'spool')) }, run);

describe('an archive is the directory it was made from', () => {
  for (const format of ['gnu', 'posix', 'oldgnu']) {
    oracle('tar')(`by GNU tar --format=${format}`, async () => {
      const archive = join(scratch, `${format}.tar`);
      expect(judge('tar', ['-C', source, `--format=${format}`, '-cf', archive, '.']).status).toBe(0);
      const tree = await read(`${format}.tar`);
      expect(await factsOf(tree)).toEqual(await factsOf(await scanDirectory(fromText(source))));
      expect([...hardLinkCounts(tree).values()]).toEqual([2]);
      if (format === 'posix') expect(tree.get('large')!.mtime.nanoseconds).toBe(123_456_789);
    });
  }

  for (const version of ['0.0', '0.1', '1.0', 'gnu']) {
    oracle('tar')(`sparse files of version ${version}`, async () => {
      const archive = join(scratch, 'sparse.tar');
      const how = version === 'gnu' ? ['--format=gnu'] : ['--format=posix', `--sparse-version=${version}`];
      expect(judge('tar', ['-C', source, ...how, '-Scf', archive, '.']).status).toBe(0);
      const tree = await read('sparse.tar');
      expect(await factsOf(tree)).toEqual(await factsOf(await scanDirectory(fromText(source))));
      const sparse = tree.get('sparse');
      expect(sparse?.kind === 'file' && sparse.content.holes?.length).toBeGreaterThan(0);
    });
  }

  oracle('bsdtar')('by bsdtar, with extended attributes', async () => {
    const archive = join(scratch, 'bsd.tar');
    expect(judge('bsdtar', ['-C', source, '--format=pax', '-cf', archive, '.']).status).toBe(0);
    expect(await factsOf(await read('bsd.tar'))).toEqual(await factsOf(await scanDirectory(fromText(source))));
  });

  for (const [tool, suffix] of [
    ['gzip', 'gz'],
    ['bzip2', 'bz2'],
    ['xz', 'xz'],
    ['zstd', 'zst'],
  ] as const) {
    oracle('tar', tool)(`compressed by ${tool}`, async () => {
      const archive = join(scratch, `packed.tar.${suffix}`);
      expect(judge('tar', ['-C', source, '-I', tool, '-cf', archive, '.']).status).toBe(0);
      expect(await factsOf(await read(`packed.tar.${suffix}`))).toEqual(
        await factsOf(await scanDirectory(fromText(source))),
      );
      const whole = readFileSync(archive);
      writeFileSync(join(scratch, 'half'), whole.subarray(0, Math.floor(whole.length / 2)));
      await expect(read('half')).rejects.toMatchObject({ name: 'InvalidImageError' });
      const limit = { spool: fromText(join(scratch, 'spool')), limit: 100_000 };
      await expect(scanTarball(fromText(archive), limit, run)).rejects.toMatchObject({ code: 'compress.too-large' });
    });
  }

  oracle('bzip2')('several streams of bzip2 in one file, of long runs and of noise', async () => {
    const pieces = [
      'a'.repeat(300_000),
      'xyz'.repeat(100),
      Buffer.from(Uint8Array.from({ length: 99_999 }, (_, i) => (i * i) >> 5)),
    ];
    const archive = join(scratch, 'runs.tar');
    mkdirSync(join(scratch, 'runs'));
    for (const [i, piece] of pieces.entries()) writeFileSync(join(scratch, 'runs', `${i}`), piece);
    judge('tar', ['-C', join(scratch, 'runs'), '-cf', archive, '.']);
    judge('sh', [
      '-c',
      'head -c 70001 "$1" | bzip2 -1 > "$1.bz2"; tail -c +70002 "$1" | bzip2 >> "$1.bz2"',
      'sh',
      archive,
    ]);
    const tree = await read('runs.tar.bz2');
    expect(await factsOf(tree)).toEqual(await factsOf(await scanDirectory(fromText(join(scratch, 'runs')))));
  });
});

describe('the commands take an archive for a directory', () => {
  const options = ['--epoch', '1700000000', '--quiet'];
  for (const name of ['packed.tar.gz', 'packed.tar.bz2', 'packed.tar.xz', 'packed.tar.zst']) {
    oracle('tar')(`${name}, also on standard input`, () => {
      const archive = join(scratch, name);
      const images = ['directory', 'file', 'input'].map((image) => join(scratch, `${name}.${image}.img`));
      expect(isopress(['squashfs', source, images[0]!, ...options])).toMatchObject({ status: 0 });
      expect(isopress(['squashfs', archive, images[1]!, ...options])).toMatchObject({ status: 0 });
      expect(isopress(['squashfs', '-', images[2]!, ...options], { input: readFileSync(archive) })).toMatchObject({
        status: 0,
      });
      const [directory, ...others] = images.map((image) => readFileSync(image));
      for (const other of others) expect(other.equals(directory!)).toBe(true);
      expect(readdirSync(scratch).filter((entry) => entry.includes('.spool'))).toEqual([]);
    });
  }

  test('and leave nothing if it is not an archive', () => {
    const out = join(scratch, 'none.img');
    const { status, stderr } = isopress(['ext4', '-', out, '--quiet'], { input: 'x'.repeat(2000) });
    expect(status).toBe(3);
    expect(stderr).toContain('standard input is not a tar archive');
    expect(existsSync(out)).toBe(false);
    expect(isopress(['ext4', '/dev/null', out, '--quiet'])).toMatchObject({ status: 3 });
  });
});

test('a file that is not an archive is an error with the place', async () => {
  writeFileSync(join(scratch, 'text'), 'no archive '.repeat(100));
  await expect(read('text')).rejects.toMatchObject({
    code: 'tar.none',
    place: { path: join(scratch, 'text'), at: 0 },
  });
  await expect(read('none')).rejects.toMatchObject({ code: 'source.enoent' });
});
