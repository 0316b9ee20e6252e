import { expect, test } from 'vitest';
import { type ByteString, fromText } from '../../../src/bytes/text.js';
import { InvalidInputError } from '../../../src/errors.js';
import { parseAddress } from '../../../src/image/index.js';

/** `files` are those of the system; the directories that lead to them are there too. */
const parsed = (text: string, ...files: string[]) =>
  parseAddress(fromText(text), (path: ByteString) => {
    if (files.includes(path)) return 'file';
    return files.some((file) => file.startsWith(`${path}/`)) ? 'other' : undefined;
  });

test('a path goes on in the longest part of it that is a file', () => {
  expect(parsed('a/live.iso', 'a/live.iso')).toEqual({ file: 'a/live.iso', steps: [] });
  expect(parsed('a/live.iso/LiveOS/squashfs.img/etc', 'a/live.iso')).toEqual({
    file: 'a/live.iso',
    steps: [{ path: '/LiveOS/squashfs.img/etc' }],
  });
  expect(parsed('disk.img/#2', 'disk.img')).toEqual({ file: 'disk.img', steps: [{ partition: 2 }] });
  expect(parsed('disk.img/#2/EFI', 'disk.img').steps).toEqual([{ partition: 2 }, { path: '/EFI' }]);
  expect(parsed('disk.img::5', 'disk.img').steps).toEqual([{ partition: 5 }]);
  expect(parsed('disk.img::5/a', 'disk.img').steps).toEqual([{ partition: 5 }, { path: '/a' }]);
  expect(parsed('disk.img::5::1', 'disk.img').steps).toEqual([{ partition: 5 }, { partition: 1 }]);
  expect(parsed('live.iso/#boot2', 'live.iso').steps).toEqual([{ boot: 2 }]);
  expect(parsed('live.iso::boot1/EFI', 'live.iso').steps).toEqual([{ boot: 1 }, { path: '/EFI' }]);
});

test('a name of the system comes before a spelling of addresses', () => {
  expect(parsed('disk.img/#2', 'disk.img/#2')).toEqual({ file: 'disk.img/#2', steps: [] });
  expect(parsed('a::2', 'a::2')).toEqual({ file: 'a::2', steps: [] });
  expect(parsed('a::2/etc', 'a::2').steps).toEqual([{ path: '/etc' }]);
  expect(parsed('wow!/x.iso/a', 'wow!/x.iso')).toEqual({ file: 'wow!/x.iso', steps: [{ path: '/a' }] });
});

test('a missing entry of a directory is the name of a file', () => {
  expect(parsed('a/none.iso/etc', 'a/live.iso')).toEqual({ file: 'a/none.iso/etc', steps: [] });
  expect(parsed('none.iso!/etc')).toEqual({ file: 'none.iso', steps: [{ path: '/etc' }] });
});

test('marks name the images, with any files', () => {
  expect(parsed('a/live.iso!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/os-release', 'a/live.iso')).toEqual({
    file: 'a/live.iso',
    steps: [{ path: '/LiveOS/squashfs.img' }, { path: '/LiveOS/rootfs.img' }, { path: '/etc/os-release' }],
  });
  expect(parsed('disk.img!#2!/EFI', 'disk.img').steps).toEqual([{ partition: 2 }, { path: '/EFI' }]);
  expect(parsed('disk.img!#12')).toEqual({ file: 'disk.img', steps: [{ partition: 12 }] });
  expect(parsed('disk.img!/#2', 'disk.img').steps).toEqual([{ path: '/#2' }]);
});

test('other marks belong to names', () => {
  expect(parsed('wow!.iso!/a!b/c!#x!/d')).toEqual({ file: 'wow!.iso', steps: [{ path: '/a!b/c!#x' }, { path: '/d' }] });
  expect(parsed('live.iso/#0/::x', 'live.iso').steps).toEqual([{ path: '/#0/::x' }]);
  expect(() => parsed('!/etc')).toThrow(InvalidInputError);
  expect(() => parsed('')).toThrow(InvalidInputError);
});

test('the name of the file may be spelled as messages show it', () => {
  expect(parsed('caf\\xc3\\xa9.iso/etc', 'cafÃ©.iso')).toEqual({ file: 'cafÃ©.iso', steps: [{ path: '/etc' }] });
});
