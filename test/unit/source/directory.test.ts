import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { InvalidInputError, SourceError } from '../../../src/errors.js';
import { type Progress, quietRun, type Range } from '../../../src/io/content.js';
import { collect } from '../../../src/io/memory.js';
import { loadNative } from '../../../src/native/index.js';
import { type ScanOptions, scanDirectory } from '../../../src/source/index.js';
import type { File, Node } from '../../../src/tree/node.js';
import { walk } from '../../../src/tree/walk.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
let count = 0;

/** An empty directory below the scratch one. */
function emptyDirectory(): string {
  const dir = join(scratch, `case-${count++}`);
  mkdirSync(dir);
  return dir;
}

const scan = (path: string, options?: ScanOptions) => scanDirectory(fromText(path), options);
const engines = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);

describe.each(engines)('scanning a directory, %s engine', (engine) => {
  test('the top may be a link or end in a slash; it may not be a file or absent', async () => {
    const dir = emptyDirectory();
    writeFileSync(join(dir, 'file'), 'x');
    const link = `${dir}-link`;
    symlinkSync(dir, link);
    for (const top of [dir, `${dir}/`, link]) {
      expect([...walk(await scan(top, { engine }))].map((visit) => visit.path)).toEqual(['', 'file']);
    }
    const failing = (path: string, error: object) => expect(scan(path, { engine })).rejects.toMatchObject(error);
    await failing(join(dir, 'file'), { code: 'source.enotdir', place: { path: join(dir, 'file') } });
    await failing(join(dir, 'none'), { code: 'source.enoent', place: { path: join(dir, 'none') } });
    await expect(scan('', { engine })).rejects.toThrow(InvalidInputError);
    await expect(scan('/a\0b', { engine })).rejects.toThrow(InvalidInputError);
  });

  test('names of one inode are one node, of a file as of a link; others are not', async () => {
    const dir = emptyDirectory();
    mkdirSync(join(dir, 'sub'));
    writeFileSync(join(dir, 'z'), 'same');
    linkSync(join(dir, 'z'), join(dir, 'sub/a'));
    writeFileSync(join(dir, 'copy'), 'same');
    symlinkSync('z', join(dir, 'link'));
    linkSync(join(dir, 'link'), join(dir, 'link-2'));
    const tree = await scan(dir, { engine });
    expect(tree.get('sub/a')).toBe(tree.get('z'));
    expect(tree.get('copy')).not.toBe(tree.get('z'));
    expect(tree.get('link')).toMatchObject({ kind: 'symlink', target: 'z' });
    expect(tree.get('link-2')).toBe(tree.get('link'));
  });

  test('holes are found and their content is zeros; a file without any has none', async () => {
    const dir = emptyDirectory();
    const file = openSync(join(dir, 'sparse'), 'w');
    ftruncateSync(file, 3_000_000);
    writeSync(file, Buffer.alloc(4096, 'x'), 0, 4096, 1_048_576);
    writeSync(file, Buffer.alloc(4096, 'y'), 0, 4096, 2_998_272 - 8192);
    writeFileSync(join(dir, 'zeros'), Buffer.alloc(100_000));
    const tree = await scan(dir, { engine });
    const { content } = tree.get('sparse') as File;
    const expected: Range[] = [
      { at: 0, length: 1_048_576 },
      { at: 1_052_672, length: 1_937_408 },
      { at: 2_994_176, length: 5824 },
    ];
    expect(content.holes).toEqual(expected);
    const bytes = await collect(content, quietRun());
    expect(bytes.length).toBe(3_000_000);
    expect([bytes[1_048_575], bytes[1_048_576], bytes[1_052_671], bytes[1_052_672]]).toEqual([0, 120, 120, 0]);
    expect((tree.get('zeros') as File).content.holes).toEqual([]);
  });

  test('a file that is one hole', async () => {
    const dir = emptyDirectory();
    for (const size of [1, 4096, 5000, 5_000_000]) ftruncateSync(openSync(join(dir, `${size}`), 'w'), size);
    const tree = await scan(dir, { engine });
    for (const size of [1, 4096, 5000, 5_000_000]) {
      expect((tree.get(`${size}`) as File).content).toMatchObject({ size, holes: [{ at: 0, length: size }] });
    }
  });

  test('an entry that vanishes meanwhile is reported as such', async () => {
    const dir = emptyDirectory();
    // More than are looked at ahead: the last one's turn has not come when it is removed.
    for (let i = 0; i < 6000; i++) writeFileSync(join(dir, `f${i}`), '');
    const steps: Progress[] = [];
    const run = {
      ...quietRun(),
      report: (progress: Progress) => {
        steps.push(progress);
        rmSync(join(dir, 'f999'), { force: true });
      },
    };
    const failed = scan(dir, { engine, run });
    await expect(failed).rejects.toThrow(SourceError);
    await expect(failed).rejects.toMatchObject({ code: 'source.changed', place: { path: join(dir, 'f999') } });
    expect(steps).toEqual([2048, 4096].map((done) => ({ step: 'scanning', done, unit: 'entries' })));
  });

  test('excluded entries are not even read', async () => {
    const dir = emptyDirectory();
    mkdirSync(join(dir, 'keep/cache'), { recursive: true });
    mkdirSync(join(dir, 'cache'));
    for (const name of ['keep/a.pyc', 'keep/cache/x', 'cache/y']) writeFileSync(join(dir, name), 'x');
    const tree = await scan(`${dir}/`, { engine, exclude: ['/cache', '*.pyc'].map(fromText) });
    expect([...walk(tree)].map((visit) => visit.path)).toEqual(['', 'keep', 'keep/cache', 'keep/cache/x']);
  });

  test('an aborted run stops the scan', async () => {
    const dir = emptyDirectory();
    for (let i = 0; i < 2100; i++) writeFileSync(join(dir, `f${i}`), '');
    const stop = new AbortController();
    const run = { ...quietRun(), signal: stop.signal, report: () => stop.abort(new Error('enough')) };
    await expect(scan(dir, { engine, run })).rejects.toThrow('enough');
  });

  test('a very deep tree', async () => {
    const dir = emptyDirectory();
    const depth = Math.floor((4000 - dir.length) / 2);
    mkdirSync(dir + '/d'.repeat(depth), { recursive: true });
    const tree = await scan(dir, { engine });
    expect(tree.get('/d'.repeat(depth))).toMatchObject({ kind: 'directory' });
    expect([...walk(tree)].length).toBe(depth + 1);
  });

  test('a file that the user may not read is an error with its path', async () => {
    const asRoot = process.geteuid?.() === 0;
    const dir = emptyDirectory();
    for (const path of [scratch, dir]) chmodSync(path, 0o755);
    writeFileSync(join(dir, 'file'), 'secret', { mode: 0 });
    const failure = { name: 'UnreadableError', code: 'source.eacces' };
    if (asRoot) process.seteuid!(65_534);
    try {
      const refused = scan(dir, { engine, xattrs: false });
      await expect(refused).rejects.toMatchObject({ ...failure, place: { path: join(dir, 'file') } });
      if (asRoot) process.seteuid!(0);
      mkdirSync(join(dir, 'closed'), { mode: 0 });
      if (asRoot) process.seteuid!(65_534);
      const closed = scan(dir, { engine, xattrs: false });
      await expect(closed).rejects.toMatchObject({ ...failure, place: { path: join(dir, 'closed') } });
    } finally {
      if (asRoot) process.seteuid!(0);
      chmodSync(join(dir, 'closed'), 0o700);
    }
  });

  test('the order in which names were made does not show', async () => {
    const names = ['b', 'ä', 'a', 'B', 'a.b', 'a-b', '\u{1f600}', '\uffff'];
    const listing = async (order: string[]) => {
      const dir = emptyDirectory();
      for (const name of order) writeFileSync(join(dir, name), name);
      expect(readdirSync(dir).length).toBe(names.length);
      return [...walk(await scan(dir, { engine }))].map((visit) => visit.path);
    };
    const paths = await listing(names);
    expect(paths).toEqual(['', ...names.map(fromText)].sort((a, b) => (a < b ? -1 : 1)));
    expect(await listing(names.toReversed())).toEqual(paths);
  });
});

test.skipIf(engines.length < 2)('large, many and deep directories are the same for both engines', async () => {
  const dir = emptyDirectory();
  for (let i = 0; i < 2500; i++) writeFileSync(join(dir, `file-${i}`), 'x'.repeat(i % 7));
  for (let i = 0; i < 200; i++) {
    const below = join(dir, `dir-${i}`, ...Array.from({ length: i % 9 }, (_, depth) => `d${depth}`));
    mkdirSync(below, { recursive: true });
    linkSync(join(dir, `file-${i * 11}`), join(below, 'again'));
    symlinkSync(`${i}`.repeat(i + 1), join(below, 'link'));
  }
  const seen = async (engine: 'native' | 'portable', options: ScanOptions) => {
    const tree = await scan(dir, { engine, xattrs: false, ...options });
    const first = new Map<Node, string>();
    return [...walk(tree)].map(({ path, node }) => {
      if (!first.has(node)) first.set(node, path);
      const { kind, mode, uid, gid, mtime } = node;
      const own = kind === 'file' ? [node.content.size] : kind === 'symlink' ? [node.target] : [];
      return [path, first.get(node), kind, mode, uid, gid, mtime.seconds, mtime.nanoseconds, ...own];
    });
  };
  for (const options of [{}, { exclude: ['file-1*', '/dir-?', 'd3'].map(fromText) }]) {
    const native = await seen('native', options);
    expect(native.length).toBeGreaterThan(2000);
    expect(native).toEqual(await seen('portable', options));
  }
});

test('the portable engine reports once what it could not read', async () => {
  const dir = emptyDirectory();
  symlinkSync('a', join(dir, 'x'));
  symlinkSync('b', join(dir, 'y'));
  const notes: string[] = [];
  await scan(dir, { engine: 'portable', note: (text) => notes.push(text) });
  expect(notes).toHaveLength(1);
  expect(notes[0]).toMatch(/^Extended attributes (of 2 symbolic links, devices, pipes and sockets )?were not read: /);
  await scan(dir, { engine: 'portable', xattrs: false, note: (text) => notes.push(text) });
  expect(notes).toHaveLength(1);
});

test('without addon and optional package the scan works, and says that no attributes were read', () => {
  const place = emptyDirectory();
  cpSync(fileURLToPath(new URL('../../../dist', import.meta.url)), join(place, 'dist'), { recursive: true });
  writeFileSync(join(place, 'package.json'), '{"type":"module"}');
  const module = JSON.stringify(join(place, 'dist/source/index.js'));
  const script = `import { scanDirectory } from ${module};
    const tree = await scanDirectory(${JSON.stringify(place)}, { note: (text) => console.log(text) });
    console.log(tree.get('package.json').content.size);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Extended attributes were not read: no library is built or installed for [\w-]+, and the /);
  expect(stdout.trimEnd().split('\n').slice(1)).toEqual(['17']);
});
