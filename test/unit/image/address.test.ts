import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { InvalidInputError } from '../../../src/errors.js';
import { parseAddress } from '../../../src/image/index.js';

const parsed = (text: string) => parseAddress(fromText(text));

test('an address names a file, then paths and partitions', () => {
  expect(parsed('live.iso')).toEqual({ file: 'live.iso', steps: [] });
  expect(parsed('a/live.iso!/LiveOS/squashfs.img!/LiveOS/rootfs.img!/etc/os-release')).toEqual({
    file: 'a/live.iso',
    steps: [{ path: '/LiveOS/squashfs.img' }, { path: '/LiveOS/rootfs.img' }, { path: '/etc/os-release' }],
  });
  expect(parsed('disk.img!#2!/EFI')).toEqual({ file: 'disk.img', steps: [{ partition: 2 }, { path: '/EFI' }] });
  expect(parsed('disk.img!#12')).toEqual({ file: 'disk.img', steps: [{ partition: 12 }] });
});

test('other exclamation marks belong to names', () => {
  expect(parsed('wow!.iso!/a!b/c!#x!/d')).toEqual({ file: 'wow!.iso', steps: [{ path: '/a!b/c!#x' }, { path: '/d' }] });
  expect(() => parsed('!/etc')).toThrow(InvalidInputError);
});
