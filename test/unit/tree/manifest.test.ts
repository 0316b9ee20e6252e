import { expect, test } from 'vitest';
import { bytesOf, fromText } from '../../../src/bytes/text.js';
import { timestamp } from '../../../src/bytes/time.js';
import { InvalidInputError } from '../../../src/errors.js';
import { bytesSource } from '../../../src/io/memory.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import {
  applyManifest,
  type HostFile,
  type ManifestEntry,
  readManifest,
  readPseudoDefinitions,
} from '../../../src/tree/manifest/index.js';
import { directory, type File, file, type Node, symlink } from '../../../src/tree/node.js';
import { bytesNow } from '../../support/content.js';
import { describeTree } from '../../support/trees.js';

const bytes = (text: string) => bytesSource(bytesOf(fromText(text)));
const hostFile = (path: string): HostFile => ({
  content: bytes(`host ${path}`),
  mode: 0o640,
  uid: 7,
  gid: 8,
  mtime: timestamp(99),
});
const NOW = timestamp(1000);

function given(): FileTree {
  const linked = file(bytes('linked'), { mode: 0o755, uid: 1, gid: 1 });
  return FileTree.of({
    etc: directory({ mode: 0o700, uid: 3, mtime: timestamp(5) }),
    'etc/hostname': file(bytes('old'), {
      mode: 0o600,
      xattrs: [{ name: fromText('user.a'), value: bytesOf(fromText('1')) }],
    }),
    'bin/one': linked,
    'bin/two': linked,
    'bin/link': symlink(fromText('one')),
  });
}

const apply = (entries: readonly ManifestEntry[], tree = given()) =>
  applyManifest(tree, entries, { mtime: NOW, open: hostFile });
const manifest = (text: string) => apply(readManifest(fromText(text), 'm'));
const pseudo = (text: string) => apply(readPseudoDefinitions(fromText(text), 'p'));

function failure(run: () => unknown): { code: string; at: string; message: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    const { path, line, column } = error.place;
    return { code: error.code, at: `${path}:${line}:${column}`, message: error.message };
  }
  throw new Error('nothing was refused');
}

test('every kind of entry is added, with directories on the way', async () => {
  const tree = manifest(`
# a comment
dir /var/lib/app mode=2775 owner=10:20 mtime=7.5
file "/etc/mot d" text="Welcome\\n\\tto \\"\\xc3\\xa4\\"" mode=0444   # another one
file etc/from from=files/x
symlink /usr/bin/vi target=../lib/vi uid=5
char /dev/null device=1:3 mode=666
block /dev/sda device=8:0 gid=6
fifo /run/pipe
socket /run/sock xattr.trusted.s=0x00ff xattr.security.b=0sAAEC
link /sbin/one to=/bin/one
link /dev/zero to=dev/null
`);
  const shown = await describeTree(tree);
  expect(shown.get('var/lib/app')).toMatchObject({ mode: 0o2775, uid: 10, gid: 20, mtime: timestamp(7, 500_000_000) });
  expect(shown.get('var/lib')).toMatchObject({ mode: 0o755, uid: 0, mtime: NOW });
  const motd: Node | undefined = tree.get('etc/mot d');
  expect(motd).toMatchObject({ kind: 'file', mode: 0o444, mtime: NOW });
  expect(Buffer.from(bytesNow((motd as File).content)).toString()).toBe('Welcome\n\tto "ä"');
  expect(tree.get('etc/from')).toMatchObject({ mode: 0o644, uid: 0, content: { size: 'host files/x'.length } });
  expect(tree.get('usr/bin/vi')).toMatchObject({ kind: 'symlink', target: '../lib/vi', uid: 5, mode: 0o777 });
  expect(shown.get('dev/null')).toMatchObject({
    kind: 'character-device',
    device: [1, 3],
    mode: 0o666,
    linkedTo: 'dev/null',
  });
  expect(shown.get('dev/sda')).toMatchObject({ kind: 'block-device', device: [8, 0], gid: 6 });
  expect(shown.get('run/pipe')).toMatchObject({ kind: 'fifo' });
  expect(shown.get('run/sock')).toMatchObject({ kind: 'socket', xattrs: ['security.b=000102', 'trusted.s=00ff'] });
  expect(tree.get('sbin/one')).toBe(tree.get('bin/two'));
  expect(shown.get('etc')).toMatchObject({ mode: 0o700, uid: 3 });
});

test('attributes are set, on all names of an entry, and what is not stated stays', () => {
  const tree = manifest(`
set /etc/hostname uid=9 xattr.user.b=2
set bin/two mode=4755 xattr.user.c=x
set bin/one gid=4
set / mode=555
dir etc mtime=77
remove bin/link
file etc/hostname2 text=""`);
  const of = (path: string) => tree.get(path) as Node;
  expect(of('etc/hostname')).toMatchObject({ uid: 9, gid: 0, mode: 0o600 });
  expect(of('etc/hostname').xattrs.map(({ name }) => name)).toEqual(['user.a', 'user.b']);
  expect(of('bin/one')).toBe(of('bin/two'));
  expect(of('bin/one')).toMatchObject({ mode: 0o4755, uid: 1, gid: 4 });
  expect(tree.root).toMatchObject({ mode: 0o555 });
  expect(of('etc')).toMatchObject({ mode: 0o700, uid: 3, mtime: timestamp(77) });
  expect(tree.get('bin/link')).toBeUndefined();
  expect(given().get('bin/two')).toMatchObject({ mode: 0o755 });
});

test('an entry replaces what is there, but a directory only when that was removed', () => {
  expect(manifest('symlink etc/hostname target=/run/hostname').get('etc/hostname')).toMatchObject({ kind: 'symlink' });
  expect(failure(() => manifest('fifo etc'))).toMatchObject({ code: 'tree.manifest-directory', at: 'm:1:6' });
  expect(manifest('remove etc\nfifo etc').get('etc')).toMatchObject({ kind: 'fifo' });
});

test('invalid input is refused with line and column', () => {
  const faults: readonly (readonly [string, string, string])[] = [
    ['mkdir /x', 'verb', 'm:1:1'],
    ['\n  dir', 'path', 'm:2:3'],
    ['dir ../x', 'path', 'm:1:5'],
    ['dir x colour=red', 'setting', 'm:1:7'],
    ['dir x mode', 'setting', 'm:1:7'],
    ['dir x mode=8', 'mode', 'm:1:7'],
    ['dir x mode=10000', 'mode', 'm:1:7'],
    ['dir ä mode=9', 'mode', 'm:1:7'],
    ['dir x mode=1 mode=2', 'twice', 'm:1:14'],
    ['dir x owner=0:0 uid=1', 'twice', 'm:1:17'],
    ['dir x owner=root:root', 'number', 'm:1:7'],
    ['dir x owner=5', 'owner', 'm:1:7'],
    ['dir x uid=4294967296', 'number', 'm:1:7'],
    ['dir x mtime=yesterday', 'time', 'm:1:7'],
    ['dir x xattr.user=1', 'xattr', 'm:1:7'],
    ['dir x xattr.user.a=0x1', 'xattr', 'm:1:7'],
    ['dir x xattr.user.a=0s1', 'xattr', 'm:1:7'],
    ['file x', 'content', 'm:1:1'],
    ['file x from=a text=b', 'content', 'm:1:15'],
    ['symlink x', 'missing', 'm:1:1'],
    ['char x device=1', 'device', 'm:1:8'],
    ['link x to=y mode=1', 'setting', 'm:1:13'],
    ['dir "x', 'quote', 'm:1:5'],
    ['dir x\\', 'escape', 'm:1:6'],
    ['set nowhere mode=1', 'missing-entry', 'm:1:5'],
    ['remove nowhere/x', 'missing-entry', 'm:1:8'],
    ['remove /', 'directory', 'm:1:8'],
    ['link x to=nowhere', 'missing-entry', 'm:1:6'],
    ['link x to=etc', 'directory', 'm:1:6'],
    ['dir bin/one/x', 'no-directory', 'm:1:5'],
  ];
  const found = faults.map(([text]) => failure(() => manifest(text)));
  expect(found.map(({ code, at }) => [code, at])).toEqual(faults.map(([, code, at]) => [`tree.manifest-${code}`, at]));
});

test('times count from 1970 in both directions', () => {
  const time = (text: string) => (manifest(`dir x mtime=${text}`).get('x') as Node).mtime;
  expect(['0', '-5', '-5.25', '12.000000001'].map(time)).toEqual([
    timestamp(0),
    timestamp(-5),
    timestamp(-6, 750_000_000),
    timestamp(12, 1),
  ]);
});

test('the definitions of mksquashfs give the same entries', () => {
  const tree = pseudo(`
/dev d 755 0 0
dev/console c 600 0 5 5 1
dev/sda B 1234 660 0 6 8 0
"a b" s 777 1 2 there
run/f i 644 0 0 f
run/s I 77 600 0 0 s
etc/hostname m 444 7 8
etc/hostname x user.z=0x41
copy l /host/file
copy2 L copy
etc D 4321 711 1 2
`);
  expect(tree.get('dev/console')).toMatchObject({
    kind: 'character-device',
    mode: 0o600,
    gid: 5,
    major: 5,
    minor: 1,
    mtime: NOW,
  });
  expect(tree.get('dev/sda')).toMatchObject({ kind: 'block-device', mtime: timestamp(1234), major: 8 });
  expect(tree.get('a b')).toMatchObject({ kind: 'symlink', target: 'there', uid: 1, gid: 2 });
  expect(tree.get('run/f')).toMatchObject({ kind: 'fifo' });
  expect(tree.get('run/s')).toMatchObject({ kind: 'socket', mtime: timestamp(77), mode: 0o600 });
  expect(tree.get('etc/hostname')).toMatchObject({ mode: 0o444, uid: 7, gid: 8 });
  expect((tree.get('etc/hostname') as Node).xattrs.map(({ name }) => name)).toEqual(['user.a', 'user.z']);
  expect(tree.get('copy')).toMatchObject({ mode: 0o640, uid: 7, gid: 8, mtime: timestamp(99) });
  expect(tree.get('copy2')).toBe(tree.get('copy'));
  expect(tree.get('etc')).toMatchObject({ mode: 0o711, mtime: timestamp(4321), uid: 1 });
});

test('commands are never run, and other letters are refused by name', () => {
  for (const letter of ['f', 'F', 'R', 'h']) {
    expect(failure(() => pseudo(`x ${letter} 644 0 0 touch /tmp/never`))).toMatchObject({
      code: 'tree.manifest-pseudo-letter',
      message: `The definition "${letter}" is not supported.`,
      at: 'p:1:3',
    });
  }
  expect(failure(() => pseudo('x q 1'))).toMatchObject({ code: 'tree.manifest-pseudo-letter' });
  expect(failure(() => pseudo('x X a=b'))).toMatchObject({ code: 'tree.manifest-pseudo-letter' });
  expect(failure(() => pseudo('x d 755 0'))).toMatchObject({ code: 'tree.manifest-pseudo', at: 'p:1:10' });
  expect(failure(() => pseudo('x i 755 0 0 q'))).toMatchObject({ code: 'tree.manifest-pseudo', at: 'p:1:13' });
  expect(failure(() => pseudo('x'))).toMatchObject({ code: 'tree.manifest-pseudo', at: 'p:1:2' });
});

test('a large manifest costs what its entries cost', () => {
  const text = Array.from({ length: 50_000 }, (_, i) => `fifo d/f${i}`).join('\n');
  const tree = manifest(text);
  const made = tree.get('d');
  expect(made?.kind === 'directory' && made.entries.size).toBe(50_000);
});

test('texts of definitions: names in quotes, targets as they are, owners by name, attributes with prefixes', () => {
  const names = { user: (name: string) => (name === 'www' ? 33 : undefined), group: () => 50 };
  const read = (text: string) => readPseudoDefinitions(fromText(text), 'p', names);
  expect(read('"a b/c" s 777 www staff  to "x y" \\ ')[0]).toMatchObject({
    path: 'a b/c',
    action: { verb: 'symlink', target: 'to "x y" \\ ' },
    attributes: { uid: 33, gid: 50 },
  });
  expect(read('a\\ b d 755 \\\n +0 010\n')[0]).toMatchObject({ path: 'a b', attributes: { uid: 0, gid: 10 } });
  expect(read('# c\n  # d\n\\#e d 755 0 0')).toMatchObject([{ path: '#e', place: { line: 3 } }]);
  const value = (text: string) => Buffer.from(read(`f x user.v=${text}`)[0]!.xattrs[0]!.value).toString('latin1');
  expect(value('a b  ')).toBe('a b  ');
  expect(value('hello\\000world')).toBe('hello\0world');
  expect(value('a\\b"c"\\9')).toBe('a\\b"c"\\9');
  expect(value('0ta\\012b')).toBe('a\nb');
  expect(value('0ba\\012b')).toBe('a\\012b');
  expect(value('0X6162')).toBe('ab');
  expect(value('0SYWI=')).toBe('ab');
  for (const wrong of [
    'f x user.v=0ta\\1',
    'f x user.v=0ta\\400',
    'f x v',
    'a d 755 nobody 0',
    'a d 755 0 0 x',
    'a s 777 0 0',
    '"a d 755 0 0',
    'c c 600 0 0 4096 0',
  ]) {
    expect(failure(() => read(wrong.replace('nobody', 'unknown')))).toMatchObject({
      at: expect.stringMatching(/^p:1:\d+$/),
    });
  }
});

test('texts of attributes in a manifest are those of setfattr', () => {
  const value = (text: string) =>
    Buffer.from(readManifest(fromText(`set / xattr.user.v=${text}`), 'm')[0]!.xattrs[0]!.value).toString('latin1');
  expect(value('hello\\000world')).toBe('hello\0world');
  expect(value('a\\b\\101')).toBe('a\\bA');
  expect(value('"0x61 b"')).toBe('0x61 b');
  expect(value('0x6162')).toBe('ab');
});
