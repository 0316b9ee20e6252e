// Features and classic options of ext4 images: what lists mean, and what is refused by name.
import { describe, expect, test } from 'vitest';
import { InvalidInputError, UnsupportedError } from '../../../../src/errors.js';
import { chooseFeatures } from '../../../../src/format/ext4/feature-choice.js';
import { PROFILES } from '../../../../src/format/ext4/features.js';
import { parseMke2fsOptions } from '../../../../src/format/ext4/mke2fs-options.js';
import { chooseExt4Profile } from '../../../../src/format/ext4/target-profile.js';

describe('a list of features', () => {
  test('changes the profile, the last word counting', () => {
    expect(chooseFeatures('boot', '')).toEqual(new Set(PROFILES.boot));
    expect(chooseFeatures('boot', '^resize_inode orphan_file,resize_inode').has('resize_inode')).toBe(true);
    expect([...chooseFeatures('modern', 'none,ext_attr,filetype,extents,large_file')]).toEqual([
      'ext_attr',
      'filetype',
      'extent',
      'large_file',
    ]);
  });

  test('takes along what falls with a feature, and what gives way to it', () => {
    expect(chooseFeatures('modern', '^has_journal').has('orphan_file')).toBe(false);
    expect(chooseFeatures('modern', '^metadata_csum').has('metadata_csum_seed')).toBe(false);
    expect(chooseFeatures('boot', 'uninit_bg').has('metadata_csum')).toBe(false);
    expect(chooseFeatures('boot', 'meta_bg').has('resize_inode')).toBe(false);
    expect(chooseFeatures('boot', 'project').has('quota')).toBe(true);
  });

  test.each([
    ['nonsense', InvalidInputError, 'ext4.feature-unknown', 'nonsense'],
    ['^nonsense', InvalidInputError, 'ext4.feature-unknown', 'nonsense'],
    ['meta_bg,resize_inode', InvalidInputError, 'ext4.feature-conflict', 'meta_bg'],
    ['^has_journal,orphan_file', InvalidInputError, 'ext4.feature-conflict', 'orphan_file'],
    ['bigalloc', UnsupportedError, 'ext4.feature-unsupported', 'bigalloc'],
    ['casefold', UnsupportedError, 'ext4.feature-unsupported', 'casefold'],
    ['encrypt', UnsupportedError, 'ext4.feature-unsupported', 'encrypt'],
    ['^extent', UnsupportedError, 'ext4.feature-required', 'extent'],
  ] as const)('"%s" is refused', (list, kind, code, name) => {
    expect(() => chooseFeatures('boot', list)).toThrow(expect.objectContaining({ code }));
    expect(() => chooseFeatures('boot', list)).toThrow(kind);
    expect(() => chooseFeatures('boot', list)).toThrow(name);
  });
});

describe('options of mkfs.ext4', () => {
  test('mean what they mean there, apart or attached, quoted or not', () => {
    expect(
      parseMke2fsOptions(`-b1k -I 512 -N 5000 -i 8192 -m 1.5 -L "my label" -M '/mnt/a b' -e panic -g 8192 -G 4 -j -q`),
    ).toEqual({
      blockSize: 1024,
      inodeSize: 512,
      inodes: 5000,
      inodeRatio: 8192,
      reservedPercent: 1.5,
      label: 'my label',
      lastMounted: '/mnt/a b',
      errors: 'panic',
      blocksPerGroup: 8192,
      groupsPerFlex: 4,
      journal: true,
    });
    expect(parseMke2fsOptions('-J size=8 -b 2048').journal).toBe(4096);
    expect(parseMke2fsOptions('-O ^64bit -O quota').features?.split(',').filter(Boolean)).toEqual(['^64bit', 'quota']);
    expect(parseMke2fsOptions('-E stride=4,stripe-width=8,lazy_itable_init=0,offset=1m')).toEqual({
      stride: 4,
      stripeWidth: 8,
      offset: 2 ** 20,
    });
    expect(parseMke2fsOptions('-T largefile4')).toEqual({ inodeRatio: 2 ** 22 });
    expect(parseMke2fsOptions('')).toEqual({});
  });

  test.each([
    '-C 4',
    '-c',
    '-d /root',
    '-n',
    '-S',
    '-E packed_meta_blocks=1',
    '-E encoding=utf8',
    '-J device=/dev/sda',
    '-T hurd',
    '-O mmp',
    '-t ext3',
    'file.img',
  ])('%s is refused by name', (text) => {
    expect(() => parseMke2fsOptions(text)).toThrow(UnsupportedError);
    expect(() => parseMke2fsOptions(text)).toThrow(
      text
        .replace(/^-[OtEJ] /, '')
        .split('=')[0]!
        .split(' /')[0]!
        .replace(/ 4$/, ''),
    );
  });

  test.each(['-b', '-N many', '-U random', '-m x', '-E stride=', '-J size=x'])('%s is refused as a mistake', (text) => {
    expect(() => parseMke2fsOptions(text)).toThrow(InvalidInputError);
  });
});

describe('the profile for a system', () => {
  test.each([
    ['6.1.0-18-amd64', '1.47.0', 'modern'],
    ['5.15.0', '1.47.1-rc1', 'modern'],
    ['5.14.21-150500', '1.47.0', 'boot'],
    ['6.4.0', '1.46.4', 'boot'],
    ['6.4.0', undefined, 'boot'],
    [undefined, '1.47.0', 'boot'],
    [undefined, undefined, 'boot'],
    ['4.4.73-5-default', '1.42.11', 'minimal'],
    ['3.10.0-1160.el7', '1.43.0', 'minimal'],
    ['3.10.0-1160.el7', undefined, 'minimal'],
    ['10.2.0', '2.0', 'modern'],
  ])('Linux %s with e2fsprogs %s: %s', (kernel, e2fsprogs, profile) => {
    const choice = chooseExt4Profile({ kernel, e2fsprogs });
    expect(choice.profile).toBe(profile);
    for (const version of [kernel, e2fsprogs]) if (version) expect(choice.reason).toContain(version);
  });
});
