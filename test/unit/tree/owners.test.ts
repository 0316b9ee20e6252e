// Owners of trees that were made without privileges.
import { describe, expect, test } from 'vitest';
import type { ByteString } from '../../../src/bytes/text.js';
import { EMPTY } from '../../../src/io/memory.js';
import { readFakerootState } from '../../../src/source/fakeroot-state.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { directory, file, type Node } from '../../../src/tree/node.js';
import { mergedIdMaps, parseIdRange, subordinateMap, subordinateRanges } from '../../../src/tree/owners/id-map.js';
import { restoreOwners } from '../../../src/tree/owners/restore-owners.js';

const hex = (digits: string) => new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'));
const text = (value: string) => new Uint8Array(Buffer.from(value));
const xattr = (name: string, value: Uint8Array) => ({ name: name as ByteString, value });
const owned = (uid: number, gid: number, ...xattrs: ReturnType<typeof xattr>[]) =>
  file(EMPTY, { uid, gid, mode: 0o644, xattrs });
const tree = (node: Node, root = 100_000) =>
  new FileTree(directory({ uid: root, gid: root }, [['f' as ByteString, node]]));
const map = mergedIdMaps(['u:0:100000:65536', 'g:0:100000:65536'].map((range) => parseIdRange(range)!));
const restored = (node: Node, rules: Parameters<typeof restoreOwners>[1] = { map }) =>
  restoreOwners(tree(node), rules).get('f');

describe('id maps', () => {
  test('numbers outside become those inside', () => {
    expect(restored(owned(100_033, 165_535))).toMatchObject({ uid: 33, gid: 65_535 });
    expect(restoreOwners(tree(owned(100_000, 100_000)), { map }).root).toMatchObject({ uid: 0, gid: 0 });
  });

  test.each([
    [99_999, 100_000, /the user 99999/],
    [100_000, 165_536, /\/f|the group 165536/],
  ])('an owner in no range is refused with its path: %s:%s', (uid, gid, message) => {
    expect(() => restored(owned(uid, gid))).toThrow(message);
    expect(() => restored(owned(uid, gid))).toThrow(
      expect.objectContaining({ code: 'tree.id-unmapped', place: { path: 'f' } }),
    );
  });

  test('a map of users alone leaves groups', () => {
    expect(restored(owned(100_001, 7), { map: { users: map.users, groups: [] } })).toMatchObject({ uid: 1, gid: 7 });
  });

  test('named users and groups of access lists', () => {
    const list = (user: string, group: string) =>
      hex(
        `02000000 0100 0700 ffffffff 0200 0600 ${user} 0400 0500 ffffffff 0800 0400 ${group} 1000 0700 ffffffff 2000 0500 ffffffff`,
      );
    const given = owned(100_000, 100_000, xattr('system.posix_acl_access', list('c1860100', 'd0860100')));
    expect(restored(given)?.xattrs[0]?.value).toEqual(list('21000000', '30000000'));
  });

  test('capabilities of the root of the namespace are those of root', () => {
    const third = xattr('security.capability', hex('01000003 00200000 00000000 00000000 00000000 a0860100'));
    const second = hex('01000002 00200000 00000000 00000000 00000000');
    expect(restored(owned(100_000, 100_000, third))?.xattrs[0]?.value).toEqual(second);
    const other = xattr('security.capability', hex('01000003 00200000 00000000 00000000 00000000 a1860100'));
    expect(restored(owned(100_000, 100_000, other))?.xattrs[0]?.value).toEqual(
      hex('01000003 00200000 00000000 00000000 00000000 01000000'),
    );
    const system = xattr('security.capability', second);
    expect(restored(owned(100_000, 100_000, system))?.xattrs[0]?.value).toEqual(second);
  });

  test.each(['x:0:1:1', 'u:0:1:0', 'u:0:1', 'u:-1:0:1', 'u:4294967295:0:2', 'u:0:4294967295:2', 'u:0:1:1:'])(
    '"%s" is no range',
    (range) => {
      expect(parseIdRange(range)).toBeUndefined();
    },
  );

  test.each([
    ['u:0:1:10', 'u:20:10:1'],
    ['u:5:100:1', 'b:0:1:6'],
  ])('a number in two ranges is refused: %s and %s', (...ranges) => {
    expect(() => mergedIdMaps(ranges.map((range) => parseIdRange(range)!))).toThrow(/is in two ranges/);
  });

  test('subordinate numbers, for a tree of root and for one of the first number', () => {
    const found = subordinateRanges('# x\nme:100000:65536\nyou:1:1\n1000:300000:10\nme:x:1\n', {
      name: 'me',
      id: 1000,
    });
    expect(found).toEqual([
      [100_000, 65_536],
      [300_000, 10],
    ]);
    expect(subordinateMap(1000, 1000, found)).toEqual([
      { container: 0, host: 1000, count: 1 },
      { container: 1, host: 100_000, count: 65_536 },
      { container: 65_537, host: 300_000, count: 10 },
    ]);
    expect(subordinateMap(1000, 100_000, found)[0]).toEqual({ container: 0, host: 100_000, count: 65_536 });
  });
});

describe('owners in attributes', () => {
  const stored = { stored: true } as const;
  test.each<[string, Uint8Array, object]>([
    ['user.containers.override_stat', text('33:44:0755'), { kind: 'file', uid: 33, gid: 44, mode: 0o755 }],
    ['user.containers.override_stat', text('0:0:4711:file'), { kind: 'file', uid: 0, gid: 0, mode: 0o4711 }],
    [
      'user.containers.override_stat',
      text('0:5:0620:char-5-1'),
      { kind: 'character-device', gid: 5, mode: 0o620, major: 5, minor: 1 },
    ],
    ['user.containers.override_stat', text('0:6:0660:block-8-300'), { kind: 'block-device', major: 8, minor: 300 }],
    ['user.containers.override_stat', text('1:2:0600:pipe'), { kind: 'fifo', uid: 1 }],
    ['user.containers.override_stat', text('1:2:140600'), { kind: 'socket', mode: 0o600 }],
    ['user.rootlesscontainers', hex('08 21 10 ac02'), { uid: 33, gid: 300 }],
    ['user.rootlesscontainers', hex('10 05'), { uid: 0, gid: 5 }],
    ['user.rootlesscontainers', hex('08 ffffffff0f 10 05'), { uid: 1000, gid: 5 }],
  ])('%s: %s', (name, value, expected) => {
    const node = restored(owned(1000, 1000, xattr('user.a', text('x')), xattr(name, value)), stored);
    expect(node).toMatchObject({ ...expected, xattrs: [{ name: 'user.a' }] });
  });

  test.each<[string, Uint8Array]>([
    ['user.containers.override_stat', text('33:44')],
    ['user.containers.override_stat', text('33:44:9')],
    ['user.containers.override_stat', text('99999999999:0:0644')],
    ['user.rootlesscontainers', hex('08')],
    ['user.rootlesscontainers', hex('08 ffffffffffffffffffff01')],
    ['user.rootlesscontainers', hex('1a 00')],
  ])('a broken value is an attribute as any other: %s', (name, value) => {
    const node = owned(1000, 1000, xattr(name, value));
    expect(restored(node, stored)).toBe(node);
  });

  test('stored owners are those inside, others are mapped', () => {
    const rules = { stored: true, map: { users: [{ container: 0, host: 1000, count: 1 }], groups: [] } };
    const given = new FileTree(
      directory({ uid: 1000 }, [
        ['a' as ByteString, owned(1000, 1000)],
        ['b' as ByteString, owned(1000, 1000, xattr('user.rootlesscontainers', hex('08 21')))],
      ]),
    );
    const tree = restoreOwners(given, rules);
    expect([tree.get('a')?.uid, tree.get('b')?.uid]).toEqual([0, 33]);
  });
});

test('a text that is not a state of fakeroot is refused with its line', () => {
  expect(() => readFakerootState('dev=1,ino=2,mode=100644,uid=0,gid=0,nlink=1,rdev=0\nx\n', 'f')).toThrow(
    expect.objectContaining({ code: 'source.fakeroot-state', place: { path: 'f', line: 2 } }),
  );
});
