// Random options of ext4 images: every feature with every other that goes with it.

import type { Ext4Options, Ext4Profile } from '../../src/format/ext4/index.js';
import fc from './random.js';

const listArbitrary = fc
  .record({
    sums: fc.constantFrom('metadata_csum', 'gdt_csum', '^metadata_csum', 'metadata_csum_seed'),
    copies: fc.constantFrom('sparse_super', '^sparse_super', 'sparse_super2', 'sparse_super2,^sparse_super'),
    growth: fc.constantFrom('resize_inode', '^resize_inode', 'meta_bg'),
    extras: fc.subarray(['^64bit', '^flex_bg', 'large_dir', 'stable_inodes', 'verity', 'read-only', '^dir_index']),
    journal: fc.constantFrom('has_journal', '^has_journal', 'has_journal,orphan_file'),
    values: fc.constantFrom('', 'quota', 'ea_inode', 'quota,project', 'quota,ea_inode'),
    inline: fc.constantFrom('', 'inline_data'),
  })
  .filter(({ extras }) => !extras.includes('large_dir') || !extras.includes('^dir_index'))
  .map(({ sums, copies, growth, extras, journal, values, inline }) =>
    [sums, copies, growth, ...extras, journal, values, inline].filter((item) => item !== '').join(','),
  );

export const ext4OptionsArbitrary: fc.Arbitrary<Partial<Ext4Options>> = fc
  .record({
    features: listArbitrary,
    profile: fc.constantFrom<Ext4Profile>('modern', 'boot', 'minimal'),
    blockSize: fc.constantFrom(1024, 2048, 4096, 16_384, 65_536),
    inodeSize: fc.constantFrom(128, 256, 1024),
    groupsPerFlex: fc.constantFrom(1, 4, 16, 64),
    slack: fc.constantFrom(0, 5_000_000, 300_000_000),
  })
  .map((options) =>
    /inline_data|project/.test(options.features) && options.inodeSize === 128
      ? { ...options, inodeSize: 256 }
      : options,
  );
