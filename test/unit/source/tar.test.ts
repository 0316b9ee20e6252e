// Hostile and broken tar archives: every one ends with its own error, and none reaches out of the tree.

import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { Meter, readTar, type TarTreeOptions } from '../../../src/source/tar/index.js';
import type { FileTree } from '../../../src/tree/file-tree.js';
import { LossLog } from '../../../src/tree/loss.js';
import type { Directory } from '../../../src/tree/node.js';
import fc, { runs } from '../../support/random.js';
import { archive, type Given, record } from '../../support/tar-archive.js';

const run = quietRun();

function read(bytes: Uint8Array, options: TarTreeOptions = {}): Promise<FileTree> {
  const source = bytesSource(bytes);
  return readTar(source, (range) => source.slice(range), run, options);
}

test('later entries replace earlier ones, and directories are made on the way', async () => {
  const tree = await read(
    archive({ name: 'a/b/file', data: 'one' }, { name: './a/b/file', data: 'two' }, { name: '/top', data: 'x' }),
  );
  const node = tree.get('a/b/file');
  expect(node?.kind === 'file' && Buffer.from(await collect(node.content, run)).toString()).toBe('two');
  expect(tree.get('top')).toMatchObject({ kind: 'file', uid: 1, gid: 2, mode: 0o644 });
  expect(tree.get('a')).toMatchObject({ kind: 'directory', mode: 0o755 });
});

test.each<[string, string, Given[]]>([
  ['a path with ..', 'tar.escape', [{ name: 'a/../../etc/passwd', data: 'x' }]],
  [
    'a path through a link',
    'tar.through-link',
    [
      { name: 'a', type: '2', link: '/etc' },
      { name: 'a/passwd', data: 'x' },
    ],
  ],
  ['a hard link out of the archive', 'tar.escape', [{ name: 'a', type: '1', link: '../../etc/shadow' }]],
  ['a hard link to what is not there', 'tar.link', [{ name: 'a', type: '1', link: 'etc/shadow' }]],
  [
    'a hard link to a directory',
    'tar.link',
    [
      { name: 'd', type: '5' },
      { name: 'a', type: '1', link: 'd' },
    ],
  ],
  [
    'a name that is too long',
    'tar.path',
    [
      { name: 'x', type: 'L', data: 'n'.repeat(300) },
      { name: 'n', data: 'x' },
    ],
  ],
  ['a file without a name', 'tar.path', [{ name: './', type: '6' }]],
  ['more data than there are', 'tar.truncated', [{ name: 'a', size: 1_000_000 }]],
  ['an enormous extended header', 'tar.header-size', [{ name: 'x', type: 'x', size: 8_000_000_000 }]],
  ['a broken extended header', 'tar.pax', [{ name: 'x', type: 'x', data: '999999 path=a\n' }]],
  ['a part of several volumes', 'tar.type', [{ name: 'a', type: 'M', data: 'x' }]],
])('%s is refused', async (_, code, entries) => {
  await expect(read(archive(...entries))).rejects.toMatchObject({ code });
});

test.each([
  ['path', 'tar.path', []],
  ['linkpath', 'tar.link', [{ name: 'a', type: '1', link: 'b' }]],
])('a message shows the ends of a %s of megabytes', async (key, code, entries) => {
  const value = `first/${'n/'.repeat(key === 'path' ? 500_000 : 120)}last`;
  const made = archive({ name: 'x', type: 'x', data: record(key, value) }, ...entries, { name: 'n', data: 'x' });
  const message = expect.stringMatching(/first\/n.{150,250}n\/last/);
  await expect(read(made)).rejects.toMatchObject({ code, message });
});

test('an extended header overrides name, size and owner', async () => {
  const data = record('path', `deep/${'n'.repeat(120)}`) + record('uid', '4000000000') + record('mtime', '-1.25');
  const tree = await read(archive({ name: 'x', type: 'x', data }, { name: 'short', data: 'x' }));
  const node = tree.get(`deep/${'n'.repeat(120)}`);
  expect(node).toMatchObject({ uid: 4_000_000_000, mtime: { seconds: -2, nanoseconds: 750_000_000 } });
});

describe('damaged archives', () => {
  const whole = archive(
    { name: 'dir', type: '5' },
    { name: 'x', type: 'x', data: '32 SCHILY.xattr.user.note=hello\n' },
    { name: 'dir/file', data: 'some data' },
    { name: 'dir/hard', type: '1', link: 'dir/file' },
  );

  test('give a tree or a typed error, with any byte changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const bytes = whole.slice(0, cut ? at : whole.length);
        bytes[at] = byte;
        const outcome = await read(bytes).catch((error: Error) => error.name);
        expect(typeof outcome === 'string' ? outcome : outcome.constructor.name).toMatch(
          /^(FileTree|InvalidImageError|UnsupportedError)$/,
        );
      }),
      { numRuns: runs(300) },
    );
  });
});

describe('the end of an archive', () => {
  const one = archive({ name: 'one', data: '1' });
  const two = archive({ name: 'two', data: '2' });
  const zeros = new Uint8Array(10_240);

  test.each([
    ['no bytes', new Uint8Array()],
    ['less than a header', new Uint8Array(100)],
    ['zeros with something after them', Buffer.concat([new Uint8Array(1024), Buffer.alloc(512, 1)])],
    ['zeros with an archive after them', Buffer.concat([zeros, one])],
    ['text', Buffer.alloc(2000, 'text ')],
  ])('%s: no archive', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'tar.none' });
  });

  test.each([
    ['a part of a header', Buffer.concat([one.subarray(0, 1024), two.subarray(0, 188)])],
    ['an entry whose last block is cut', one.subarray(0, 600)],
    [
      'an extended header of nothing',
      archive({ name: 'x', type: 'x', data: record('path', 'name') }).subarray(0, 1024),
    ],
  ])('%s: something was lost', async (_, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'tar.truncated' });
  });

  test('the end mark may be missing or cut', async () => {
    for (const bytes of [one.subarray(0, 1024), Buffer.concat([one.subarray(0, 1024), new Uint8Array(100)])])
      expect([...(await read(bytes)).root.entries.keys()]).toEqual(['one']);
  });

  test('zeros alone are an archive of nothing', async () => {
    expect((await read(zeros)).root.entries.size).toBe(0);
  });

  test('concatenated archives: the first with a note, all of them with ignoreZeros', async () => {
    const notes: string[] = [];
    const both = Buffer.concat([one, zeros, two]);
    expect([...(await read(both, { note: (text) => notes.push(text) })).root.entries.keys()]).toEqual(['one']);
    expect(notes).toEqual([
      expect.stringMatching(/^The archive ends at byte 1024; the data at byte 12288 was not read/),
    ]);
    expect([...(await read(both, { ignoreZeros: true })).root.entries.keys()]).toEqual(['one', 'two']);
    expect([...(await read(Buffer.concat([zeros, one]), { ignoreZeros: true })).root.entries.keys()]).toEqual(['one']);
  });
});

describe('attributes', () => {
  const attributesOf = async (data: string, losses = new LossLog(), type = '0') => {
    const tree = await read(archive({ name: 'x', type: 'x', data }, { name: 'f', type }), { losses });
    return Object.fromEntries(
      tree.get('f')!.xattrs.map(({ name, value }) => [name, Buffer.from(value).toString('latin1')]),
    );
  };

  test('names in each encoding; of two forms the one in base64', async () => {
    expect(
      await attributesOf(
        record('SCHILY.xattr.user.a%3Db%25', 'gnu') +
          record('LIBARCHIVE.xattr.user.c%20d', 'AAEC') +
          record('SCHILY.xattr.user.c d', 'lossy') +
          record('SCHILY.xattr.user.empty', ''),
      ),
    ).toEqual({ 'user.a=b%': 'gnu', 'user.c d': '\0\x01\x02', 'user.empty': '' });
  });

  test('a label of SELinux has the NUL that the kernel gives', async () => {
    expect(await attributesOf(record('RHT.security.selinux', 'u:r:t:s0'))).toEqual({
      'security.selinux': 'u:r:t:s0\0',
    });
  });

  test.each([
    ['GNU tar', 'user::rw-\nuser:1234:r--\ngroup::r--\nmask::r--\nother::r--\n'],
    ['star, with numbers behind names', 'user::rw-,user:lisa:r--:1234,group::r--,mask::r--,other::r--'],
    ['short names and comments', 'u::rw-\nu:1234:r--\t#effective:r--\ng::r--\nm:r--\no:r--'],
  ])('an access list of %s', async (_, text) => {
    const entry = (tag: number, permissions: number, id: number) =>
      Buffer.from(Uint16Array.of(tag, permissions).buffer).toString('latin1') +
      Buffer.from(Uint32Array.of(id).buffer).toString('latin1');
    const none = 0xffff_ffff;
    const value = `\x02\0\0\0${entry(1, 6, none)}${entry(2, 4, 1234)}${entry(4, 4, none)}${entry(16, 4, none)}${entry(32, 4, none)}`;
    expect(await attributesOf(record('SCHILY.acl.access', text))).toEqual({ 'system.posix_acl_access': value });
  });

  test.each([
    [
      'a user by name',
      record('SCHILY.acl.access', 'user::rw-,user:lisa:r--,group::r--,mask::r--,other::r--'),
      'tar.access-list',
    ],
    [
      'a list without a mask',
      record('SCHILY.acl.access', 'user::rw-,user:7:r--,group::r--,other::r--'),
      'tar.access-list',
    ],
    ['a list of NFSv4', record('SCHILY.acl.ace', 'owner@:rw----:------:allow'), 'tar.access-list'],
    ['file flags', record('SCHILY.fflags', 'uchg'), 'tar.attribute'],
    ['a name without namespace', record('SCHILY.xattr.x', '1'), 'tar.attribute'],
  ])('%s is a loss', async (_, data, code) => {
    const losses = new LossLog();
    expect(await attributesOf(data, losses)).toEqual({});
    expect(losses.list()).toMatchObject([{ code, count: 1, examples: ['/f'] }]);
  });

  test('an access list gives the mode, its mask in place of the group', async () => {
    const data = record('SCHILY.acl.access', 'user::rw-,user:7:rwx,group::r--,mask::rwx,other::---');
    const tree = await read(archive({ name: 'x', type: 'x', data }, { name: 'f' }));
    expect(tree.get('f')).toMatchObject({ mode: 0o670 });
  });

  test('a list with names is no loss together with the same list as an attribute, as GNU tar writes both', async () => {
    const losses = new LossLog();
    const value = '\x02\0\0\0\x01\0\x06\0\0\0\0\0';
    const data =
      record('SCHILY.acl.access', 'user::rw-\nuser:games:r--\ngroup::r--\nmask::r--\nother::r--\n') +
      record('SCHILY.xattr.system.posix_acl_access', value);
    expect(await attributesOf(data, losses)).toEqual({ 'system.posix_acl_access': value });
    expect(losses.list()).toEqual([]);
  });

  test('three entries are the mode', async () => {
    const losses = new LossLog();
    expect(await attributesOf(record('SCHILY.acl.access', 'user::rw-,group::r--,other::r--'), losses)).toEqual({});
    expect(losses.list()).toEqual([]);
  });
});

describe('entries written by others', () => {
  test('a leading ./ in any spelling, and entries through a link as extracting puts them', async () => {
    const tree = await read(
      archive(
        { name: '././a//b', data: '1' },
        { name: './/a/c', data: '2' },
        { name: 'usr/lib/', type: '5' },
        { name: 'lib', type: '2', link: './usr/lib' },
        { name: 'lib/x', data: '3' },
      ),
    );
    expect([...(tree.get('a') as Directory).entries.keys()]).toEqual(['b', 'c']);
    expect(tree.get('usr/lib/x')).toMatchObject({ kind: 'file' });
    expect(tree.get('lib')).toMatchObject({ kind: 'symlink' });
  });

  test('data after a hard link', async () => {
    const remark = await read(
      archive({ name: 'a', data: 'one' }, { name: 'b', type: '1', link: 'a', size: 3 }, { name: 'c' }),
    );
    expect([...remark.root.entries.keys()]).toEqual(['a', 'b', 'c']);
    const again = await read(
      archive({ name: 'a', data: 'one' }, { name: 'b', type: '1', link: 'a', data: 'one' }, { name: 'c' }),
    );
    expect(again.get('b')).toBe(again.get('a'));
    expect([...again.root.entries.keys()]).toEqual(['a', 'b', 'c']);
  });

  test('types that nobody knows are files', async () => {
    expect((await read(archive({ name: 'a', type: 'Q', data: 'x' }))).get('a')).toMatchObject({ kind: 'file' });
  });
});

describe('cost grows with the bytes and no faster', () => {
  const records = (count: number) =>
    Array.from({ length: count }, (_, i) => record(`SCHILY.xattr.user.n${i}`, 'v')).join('');
  const cases: Record<string, (n: number) => Uint8Array> = {
    'extended headers before one entry': (n) =>
      archive(...Array<Given>(n).fill({ name: 'x', type: 'x', data: records(20) }), { name: 'f' }),
    'entries with extended headers': (n) =>
      archive(
        ...Array.from({ length: n }, (_, i) => [{ name: 'x', type: 'x', data: records(20) }, { name: `f${i}` }]).flat(),
      ),
    'global headers': (n) =>
      archive(
        ...Array.from({ length: n }, (_, i) => [
          { name: 'x', type: 'g', data: record('path', '') + records(5) },
          { name: `f${i}` },
        ]).flat(),
      ),
    'long names': (n) =>
      archive(...Array<Given>(n).fill({ name: 'x', type: 'L', data: 'd/'.repeat(250) }), { name: 'f' }),
    'deep paths': (n) => archive(...Array.from({ length: n }, (_, i) => ({ name: `${'d/'.repeat(40)}${i}` }))),
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, async () => {
      const cost = async (n: number) => {
        const meter = new Meter();
        const bytes = make(n);
        await read(bytes, { meter });
        return { perByte: meter.steps / bytes.length, heldPerByte: meter.held / bytes.length };
      };
      const [small, large] = [await cost(16), await cost(256)];
      expect(large.perByte).toBeLessThanOrEqual(small.perByte * 1.2);
      expect(large.heldPerByte).toBeLessThanOrEqual(small.heldPerByte * 1.2);
      expect(large.perByte).toBeLessThan(0.2);
      expect(large.heldPerByte).toBeLessThan(16);
    });
  }

  test('more names of attributes than Linux lists are losses', async () => {
    const losses = new LossLog();
    const data = Array.from({ length: 8000 }, (_, i) => record(`SCHILY.xattr.user.name${i}`, '')).join('');
    const tree = await read(archive({ name: 'x', type: 'x', data }, { name: 'f' }), { losses });
    const { xattrs } = tree.get('f')!;
    expect(xattrs.reduce((sum, { name }) => sum + name.length + 1, 0)).toBeLessThanOrEqual(65_536);
    expect(losses.list()).toMatchObject([{ code: 'tar.attribute', count: 8000 - xattrs.length }]);
  });

  test('memory has a limit where an archive was compressed', async () => {
    const many = archive(...Array.from({ length: 100 }, (_, i) => ({ name: `${i}` })));
    await expect(read(many, { meter: new Meter(10_000) })).rejects.toMatchObject({ code: 'tar.metadata' });
  });

  test('attributes of global headers are few', async () => {
    const bytes = archive({ name: 'x', type: 'g', data: records(65) }, { name: 'f' });
    await expect(read(bytes)).rejects.toMatchObject({ code: 'tar.pax' });
  });
});
