// A tree extracted into a directory, and what the directory then holds by the scanner's account and that of node:fs.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText, timestamp } from '../../../src/bytes/index.js';
import { InvalidImageError } from '../../../src/errors.js';
import { checkExtract, type ExtractOptions, extractTree } from '../../../src/extract/index.js';
import { bytesSource, collect, type ExactContent, exactContent, quietRun } from '../../../src/io/index.js';
import { loadNative } from '../../../src/native/index.js';
import { scanDirectory } from '../../../src/source/index.js';
import { directory, FileTree, file, type Node, special, symlink, walk } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const isRoot = process.geteuid?.() === 0;
const engines = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);
const own = { uid: process.geteuid!(), gid: process.getegid!() };
let count = 0;

const name = (text: string) => text as ByteString;
const fresh = () => join(scratch, `case-${count++}`);
const treeOf = (entries: readonly (readonly [string, Node])[]) =>
  new FileTree(
    directory(
      { ...own, mtime: timestamp(7) },
      entries.map(([key, node]) => [name(key), node]),
    ),
  );
const extract = (tree: FileTree, to: string, options: ExtractOptions) => extractTree(tree, fromText(to), options);
const bytes = (data: Uint8Array) => file(bytesSource(data), { ...own, mtime: timestamp(5) });

const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex');

/** Facts of every entry, from scanner or reader. */
async function described(tree: FileTree) {
  const entries = [];
  for (const { path, node } of walk(tree)) {
    const { mode, uid, gid, mtime, xattrs, kind } = node;
    const content = node.kind === 'file' ? digest(await collect(node.content, quietRun())) : undefined;
    const rest = node.kind === 'symlink' ? node.target : 'major' in node ? `${node.major}:${node.minor}` : content;
    const values = xattrs.map((xattr) => [xattr.name, digest(xattr.value)]);
    entries.push({ path, kind, mode, uid, gid, mtime, values, rest });
  }
  return entries;
}

/** Content that is mostly holes. */
function sparse(size: number, at: number, data: Uint8Array): ExactContent {
  const holes = [
    { at: 0, length: at },
    { at: at + data.length, length: size - at - data.length },
  ];
  const pieces = async function* () {
    yield { hole: at };
    yield data;
    yield { hole: size - at - data.length };
  };
  return exactContent(size, pieces, holes);
}

describe.each(engines)('extracting with the %s engine', (engine) => {
  test('files of every size, links, directories that are read-only, names that are not UTF-8', async () => {
    const shared = bytes(noise(70_000, 1));
    const many = Array.from({ length: 600 }, (_, i) => [`f${i}`, bytes(noise(i, i))] as const);
    const tree = treeOf([
      ['caf\xe9', bytes(noise(10, 2))],
      ['empty', bytes(new Uint8Array())],
      ['large', bytes(noise(2_500_000, 3))],
      ['link', symlink(name('/nowhere/\xff'), { ...own, mtime: timestamp(2 ** 32) })],
      [
        'many',
        directory(
          { ...own, mode: 0o555 },
          many.map(([key, node]) => [name(key), node]),
        ),
      ],
      ['one', shared],
      ['two', directory({ ...own, mode: 0o700, mtime: timestamp(-5) }, [[name('again'), shared]])],
    ]);
    const to = fresh();
    const report = await extract(tree, to, { engine });
    expect(report).toMatchObject({ entries: 608, failures: [], losses: [] });
    expect(await described(await scanDirectory(fromText(to)))).toEqual(await described(tree));
    expect(lstatSync(join(to, 'one')).ino).toBe(lstatSync(join(to, 'two/again')).ino);
    chmodSync(join(to, 'many'), 0o755);
  });

  test('holes stay holes', async () => {
    const to = fresh();
    await extract(treeOf([['sparse', file(sparse(50_000_000, 20_000_000, noise(5000, 1)), own)]]), to, { engine });
    const { size, blocks } = lstatSync(join(to, 'sparse'));
    expect(size).toBe(50_000_000);
    expect(blocks * 512).toBeLessThan(1_000_000);
    expect(readFileSync(join(to, 'sparse')).subarray(20_000_000, 20_005_000).equals(noise(5000, 1))).toBe(true);
  });

  test('setuid and setgid are lost with the owner, and reported before anything is made', async () => {
    const to = fresh();
    const seen: string[] = [];
    const tree = treeOf([['tool', file(bytesSource(noise(5, 1)), { mode: 0o6755, uid: 12 })]]);
    const { losses } = await extract(tree, to, {
      engine,
      losses: (all) => seen.push(`${existsSync(to)} ${all.map(({ code }) => code).join()}`),
    });
    expect(seen).toEqual(['false extract.setuid']);
    expect(losses).toMatchObject([{ code: 'extract.setuid', count: 1, examples: ['/tool'] }]);
    expect(lstatSync(join(to, 'tool'))).toMatchObject({ mode: 0o100755, uid: own.uid });
  });

  test('a directory that has entries is refused, and with force nothing in it leads out', async () => {
    const [to, outside] = [fresh(), fresh()];
    mkdirSync(to);
    mkdirSync(outside);
    writeFileSync(join(outside, 'file'), 'kept');
    symlinkSync(outside, join(to, 'sub'));
    symlinkSync(join(outside, 'file'), join(to, 'file'));
    writeFileSync(join(to, 'own'), 'own');
    const below = treeOf([['sub', directory(own, [[name('file'), bytes(noise(9, 1))]])]]);
    await expect(extract(below, to, { engine })).rejects.toMatchObject({ code: 'target.exists' });
    await expect(extract(below, to, { engine, force: true })).rejects.toMatchObject({ code: 'target.in-the-way' });
    await extract(treeOf([['file', bytes(noise(9, 1))]]), to, { engine, force: true });
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept');
    expect(readdirSync(outside)).toEqual(['file']);
    expect(readdirSync(to)).toEqual(['file', 'own', 'sub']);
    expect(readlinkSync(join(to, 'sub'))).toBe(outside);
    expect(lstatSync(join(to, 'file')).isFile()).toBe(true);
  });

  test('a failure leaves nothing; with keepGoing everything but that entry', async () => {
    const short = exactContent(5, async function* () {
      yield noise(2, 1);
    });
    const damaged = exactContent(500_000, async function* () {
      yield noise(10, 1);
      throw new InvalidImageError('squashfs.bad-block', 'A block is damaged.');
    });
    const read = directory({ ...own, mode: 0o500 }, [[name('a'), bytes(noise(9, 1))]]);
    const [first, second] = [fresh(), fresh()];
    const broken = file(damaged, own);
    const tree = treeOf([
      ['a', read],
      ['b', broken],
      ['c', bytes(noise(3, 1))],
      ['d', broken],
    ]);
    await expect(extract(tree, first, { engine })).rejects.toMatchObject({ code: 'squashfs.bad-block' });
    expect(readdirSync(scratch).filter((entry) => entry.includes(first.slice(scratch.length + 1)))).toEqual([]);
    const { failures } = await extract(tree, second, { engine, keepGoing: true });
    expect(failures).toEqual(['b', 'd'].map((path) => ({ path, message: 'A block is damaged.' })));
    expect(readdirSync(second)).toEqual(['a', 'c']);
    expect(readFileSync(join(second, 'c')).equals(noise(3, 1))).toBe(true);
    // A fault of this program is never passed over.
    const bug = extract(treeOf([['x', file(short, own)]]), fresh(), { engine, keepGoing: true });
    await expect(bug).rejects.toMatchObject({ code: expect.stringMatching(/^internal/) });
  });

  test('an empty directory stays the one that it is, and is empty again after a failure', async () => {
    const to = fresh();
    mkdirSync(to);
    const { ino } = lstatSync(to);
    const readOnly = directory({ ...own, mode: 0o500 }, [[name('x'), bytes(noise(9, 1))]]);
    const short = exactContent(500_000, async function* () {
      yield noise(2, 1);
      throw new InvalidImageError('squashfs.bad-block', 'A block is damaged.');
    });
    const sound = [
      ['a', readOnly],
      ['b', bytes(noise(3, 1))],
      ['c', symlink(name('b'), own)],
      ['d', bytes(noise(300_000, 1))],
    ] as const;
    await expect(extract(treeOf([...sound, ['e', file(short, own)]]), to, { engine })).rejects.toMatchObject({
      code: 'squashfs.bad-block',
    });
    expect(readdirSync(to)).toEqual([]);
    await extract(treeOf(sound), `${to}/.`, { engine });
    expect([lstatSync(to).ino, readdirSync(to)]).toEqual([ino, ['a', 'b', 'c', 'd']]);
  });

  test('directories that the tree only implies keep their modes if they were there', async () => {
    const to = fresh();
    mkdirSync(join(to, 'there'), { recursive: true });
    chmodSync(to, 0o710);
    chmodSync(join(to, 'there'), 0o700);
    const implied = { ...directory(own, [[name('x'), bytes(noise(9, 1))]]), implied: true } as const;
    const root = directory(own, [
      [name('there'), implied],
      [name('new'), implied],
    ]);
    await extract(new FileTree({ ...root, implied: true }), to, { engine, force: true });
    const modes = ['', 'there', 'new'].map((path) => (lstatSync(join(to, path)).mode & 0o7777).toString(8));
    expect(modes).toEqual(['710', '700', '755']);
    await extract(new FileTree(root), to, { engine, force: true });
    expect((lstatSync(to).mode & 0o7777).toString(8)).toBe('755');
  });

  test.each(['fails', 'is aborted'])(
    'everything that was made in a used directory gets its attributes when the extraction %s',
    async (ending) => {
      const to = fresh();
      mkdirSync(join(to, 'before/kept'), { recursive: true });
      chmodSync(join(to, 'before'), 0o711);
      const abort = new AbortController();
      // Too large to be read before its turn.
      const last = exactContent(2_500_000, async function* () {
        yield noise(2, 1);
        if (ending === 'is aborted') abort.abort();
        else throw new InvalidImageError('squashfs.bad-block', 'A block is damaged.');
        yield noise(2_499_998, 2);
      });
      const made = { ...own, mtime: timestamp(11) };
      const tree = treeOf([
        ['before', directory({ ...made, mode: 0o750 }, [[name('new'), directory({ ...made, mode: 0o705 })]])],
        ['entered', directory({ ...made, mode: 0o555 }, [[name('below'), directory({ ...made, mode: 0o550 })]])],
        ['file', file(bytesSource(noise(9, 1)), { ...made, mode: 0o440 })],
        ['large', file(bytesSource(noise(2_500_000, 1)), { ...made, mode: 0o404 })],
        ['stops', directory({ ...made, mode: 0o500 }, [[name('x'), file(last, made)]])],
        ['unreached', directory({ ...made, mode: 0o755 }, [[name('y'), bytes(noise(9, 1))]])],
      ]);
      const run = { ...quietRun(), signal: abort.signal };
      const error = extract(tree, to, { engine, force: true, run });
      await expect(error).rejects.toMatchObject(
        ending === 'fails' ? { code: 'squashfs.bad-block' } : { name: 'AbortError' },
      );
      const modes = readdirSync(to, { recursive: true, encoding: 'utf8' }).map((path) => {
        const { mode, mtimeMs } = lstatSync(join(to, path));
        return [path, (mode & 0o7777).toString(8), mtimeMs === 11_000];
      });
      expect(Object.fromEntries(modes.map(([path, ...rest]) => [path, rest]))).toEqual({
        before: ['711', false],
        'before/kept': expect.anything(),
        'before/new': ['705', true],
        entered: ['555', true],
        'entered/below': ['550', true],
        file: ['440', true],
        large: ['404', true],
        stops: ['500', true],
        // Not entered yet, and so without its file.
        unreached: ['755', true],
      });
    },
  );

  test('an image whose change in place is unfinished is not replaced, because its journal would stay', async () => {
    const to = fresh();
    mkdirSync(to);
    for (const each of ['disc.iso', '.disc.iso.isopress-journal', 'other']) writeFileSync(join(to, each), 'old');
    const tree = treeOf([
      ['disc.iso', bytes(noise(9, 1))],
      ['other', bytes(noise(9, 2))],
    ]);
    const place = { path: join(to, 'disc.iso') };
    await expect(extract(tree, to, { engine, force: true })).rejects.toMatchObject({
      code: 'target.unfinished',
      place,
    });
    expect(readFileSync(join(to, 'disc.iso'), 'utf8')).toBe('old');
  });

  test('what the name cannot be is said before the tree is looked at, and errors name the place', async () => {
    const [link, taken, used] = [fresh(), fresh(), fresh()];
    symlinkSync('nowhere', link);
    writeFileSync(taken, '');
    mkdirSync(join(used, 'a'), { recursive: true });
    const check = (to: string, force = false) => checkExtract(fromText(to), { engine, force });
    await expect(check(link)).rejects.toMatchObject({ code: 'target.not-a-directory', place: { path: link } });
    await expect(check(taken, true)).rejects.toMatchObject({ code: 'target.not-a-directory', place: { path: taken } });
    await expect(check(join(used, 'none/x'))).rejects.toMatchObject({ code: 'target.enoent' });
    await expect(check(used)).rejects.toMatchObject({ code: 'target.exists' });
    await expect(check(used, true)).resolves.toMatchObject({ destination: { kind: 'used' } });
    const blocked = extract(treeOf([['a', bytes(noise(1, 1))]]), used, { engine, force: true });
    await expect(blocked).rejects.toMatchObject({ code: 'target.in-the-way', place: { path: join(used, 'a') } });
  });

  test('an aborted run leaves nothing', async () => {
    const to = fresh();
    const run = { ...quietRun(), signal: AbortSignal.abort() };
    await expect(extract(treeOf([['a', bytes(noise(9, 1))]]), to, { engine, run, keepGoing: true })).rejects.toThrow();
    expect(existsSync(to)).toBe(false);
  });
});

describe.runIf(isRoot && loadNative().addon)('as the superuser, with the native engine', () => {
  test('owners over 16 bits, nanoseconds, attributes, devices, pipes and sockets', async () => {
    const xattrs = [
      {
        name: name('security.capability'),
        value: Uint8Array.of(1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
      },
      { name: name('user.empty'), value: new Uint8Array() },
      { name: name('user.long'), value: noise(1000, 4) },
    ];
    const given = { uid: 70_000, gid: 4_000_000_000, mtime: { seconds: 2 ** 33, nanoseconds: 123_456_789 } };
    const tree = treeOf([
      ['block', special('block-device', given, 259, 70_000)],
      ['char', special('character-device', { ...given, mode: 0o600 }, 1, 3)],
      ['dir', directory({ ...given, mode: 0o3755, xattrs: xattrs.slice(1) })],
      ['file', file(bytesSource(noise(50, 1)), { ...given, mode: 0o755, xattrs })],
      ['large', file(bytesSource(noise(500_000, 1)), { ...given, mode: 0o4711, xattrs })],
      ['link', symlink(name('x'), { ...given, xattrs: [{ name: name('trusted.t'), value: noise(3, 1) }] })],
      ['pipe', special('fifo', given)],
      ['socket', special('socket', given)],
    ]);
    const to = fresh();
    const { failures } = await extract(tree, to, { owners: true, keepGoing: true });
    expect(failures).toEqual([]);
    expect(await described(await scanDirectory(fromText(to)))).toEqual(await described(tree));
  });
});
