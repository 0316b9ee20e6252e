// mkfs.erofs's spellings: what each option becomes, and what is refused by name.
import { describe, expect, test } from 'vitest';
import { UnsupportedError, UsageError } from '../../../../src/errors.js';
import { parseMkfsErofsOptions } from '../../../../src/format/erofs/index.js';

const parse = (text: string) => parseMkfsErofsOptions(text.split(' '));

describe('compression', () => {
  test.each([
    ['-zlz4', { name: 'lz4' }],
    ['-z lz4hc,12', { name: 'lz4hc', level: 12 }],
    ['-zlzma,level=6,dictsize=65536', { name: 'lzma', level: 6, dictionarySize: 65_536 }],
    ['-zzstd,level=8', { name: 'zstd', level: 8 }],
    ['-zlibdeflate,9', { name: 'deflate', level: 9 }],
  ])('%s', (text, compression) => {
    expect(parse(text).compression).toEqual(compression);
  });

  test.each(['-zlz4:lzma', '-zbrotli', '-zlzma,lc=4', '-zzstd,level=x'])('%s is a bad value', (text) => {
    expect(() => parse(text)).toThrow(UsageError);
  });
});

test('the image: sizes, label, UUID, form of inodes, shared attributes', () => {
  const uuid = '01234567-89ab-cdef-0123-456789abcdef';
  expect(parse(`-b 4096 -C 65536 -L ROOT -U ${uuid} -x 1 -E force-inode-extended,noinline_data`).image).toEqual({
    blockSize: 4096,
    clusterSize: 65_536,
    label: 'ROOT',
    uuid,
    sharedXattrs: 2,
    inodes: 'extended',
    inlineData: false,
  });
});

test('the tree: owners, times, paths', () => {
  const { tree, epoch, ofTree } = parse('--all-root -T 1000 --exclude-path=usr/share/doc --exclude-path a*b -x -1');
  expect(tree).toEqual({ uid: 0, gid: 0, allTime: 1000, exclude: ['usr/share/doc', 'a*b'], xattrs: false });
  expect(epoch).toBe(1000);
  expect(ofTree).toEqual(['--all-root', '-T', '--exclude-path', '--exclude-path', '-x']);
  expect(parse('-T1000 --mkfs-time').tree.allTime).toBeUndefined();
  expect(parse('--force-uid=5 --gid-offset=7 --ignore-mtime').tree).toMatchObject({
    uid: 5,
    gidOffset: 7,
    imageTime: true,
  });
});

test('options of the run, and what is done anyway', () => {
  const { jobs, quiet, rest } = parse('--workers=3 --quiet --tar=f --ungzip --preserve-mtime source image');
  expect({ jobs, quiet, rest }).toEqual({ jobs: 3, quiet: true, rest: ['source', 'image'] });
});

test.each([
  '--exclude-regex=x',
  '--blobdev=x',
  '--compress-hints=x',
  '--file-contexts=x',
  '--incremental=data',
  '--xattr-prefix=user.x',
  '-E 48bit',
  '-E legacy-compress',
  '-E nosbcrc',
  '-E fragdedupe=full',
  '-m4096',
  '--oci=f',
])('%s is refused by name', (text) => {
  expect(() => parse(text)).toThrow(UnsupportedError);
  expect(() => parse(text)).toThrow(text.split('=')[0]!.replace(/^-m.*/, '-m'));
});

test('data of several files in one place, ends in inodes, chunks', () => {
  expect(parse('-Ededupe,fragments,ztailpacking,fragdedupe=inode').image).toEqual({
    dedupe: true,
    fragments: 'ends',
    tailPacking: true,
  });
  expect(parse('-Eall-fragments,fragments').image).toEqual({ fragments: 'all' });
  expect(parse('--chunksize=65536').image).toEqual({ chunkSize: 65_536 });
  expect(() => parse('-Eunheard-of')).toThrow(UsageError);
});
