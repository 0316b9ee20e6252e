// Feature bits of the ext4 superblock (kernel documentation, "Super Block": s_feature_compat, _incompat, _ro_compat).

/** Bits of `s_feature_compat`: a reader that does not know one may still read and write. */
export const COMPAT = {
  has_journal: 0x4,
  ext_attr: 0x8,
  resize_inode: 0x10,
  dir_index: 0x20,
  sparse_super2: 0x200,
  stable_inodes: 0x800,
  orphan_file: 0x1000,
} as const;

/** Bits of `s_feature_incompat`: a reader that does not know one must not mount. */
export const INCOMPAT = {
  filetype: 0x2,
  meta_bg: 0x10,
  extent: 0x40,
  '64bit': 0x80,
  flex_bg: 0x200,
  ea_inode: 0x400,
  metadata_csum_seed: 0x2000,
  large_dir: 0x4000,
  inline_data: 0x8000,
} as const;

/** Bits of `s_feature_ro_compat`: a reader that does not know one may only read. */
export const RO_COMPAT = {
  sparse_super: 0x1,
  large_file: 0x2,
  huge_file: 0x8,
  gdt_csum: 0x10,
  dir_nlink: 0x20,
  extra_isize: 0x40,
  quota: 0x100,
  metadata_csum: 0x400,
  'read-only': 0x1000,
  project: 0x2000,
  verity: 0x8000,
} as const;

/** A feature of the file system as mke2fs spells it. */
export type FeatureName = keyof typeof COMPAT | keyof typeof INCOMPAT | keyof typeof RO_COMPAT;

/** All features that images can have, in the order of their bits. */
export const FEATURES = [
  ...Object.keys(COMPAT),
  ...Object.keys(INCOMPAT),
  ...Object.keys(RO_COMPAT),
] as readonly FeatureName[];

/** Other names in mke2fs. */
export const FEATURE_ALIASES: Readonly<Record<string, FeatureName>> = {
  extents: 'extent',
  uninit_bg: 'gdt_csum',
  uninit_groups: 'gdt_csum',
  largedir: 'large_dir',
  read_only: 'read-only',
  csum_seed: 'metadata_csum_seed',
  filetypes: 'filetype',
};

/** Features of all images of this program; without one of them the format would be another one. */
export const REQUIRED: readonly FeatureName[] = ['ext_attr', 'filetype', 'extent', 'large_file'];

/** Features of ext4 that exist and that this program does not write, with the reason. */
export const UNSUPPORTED: Readonly<Record<string, string>> = {
  bigalloc: 'space is given out in single blocks',
  casefold: 'names are compared byte by byte',
  encrypt: 'there is no key to encrypt with',
  encrypted: 'there is no key to encrypt with',
  fast_commit: 'the journal has no area for fast commits',
  mmp: 'an image is not mounted from several machines',
  dirdata: 'no kernel of kernel.org reads it',
  journal_dev: 'an image is a file system, not the journal of another one',
  shared_blocks: 'files do not share blocks',
  dir_prealloc: 'no reader uses it',
  imagic_inodes: 'no reader uses it',
};

/** Bits of features that this program does not write, to name the features of other images. */
export const FOREIGN = {
  compat: { dir_prealloc: 0x1, imagic_inodes: 0x2, fast_commit: 0x400 },
  incompat: {
    compression: 0x1,
    needs_recovery: 0x4,
    journal_dev: 0x8,
    mmp: 0x100,
    dirdata: 0x1000,
    encrypt: 0x10000,
    casefold: 0x20000,
  },
  roCompat: { bigalloc: 0x200, replica: 0x800, shared_blocks: 0x4000, orphan_present: 0x10000 },
} as const;

/** Names of the features in three words of bits, in the order of the bits; unknown bits as numbers. */
export function featureNames(bits: { readonly compat: number; readonly incompat: number; readonly roCompat: number }) {
  const words = [
    [bits.compat, COMPAT, FOREIGN.compat, 'compat'],
    [bits.incompat, INCOMPAT, FOREIGN.incompat, 'incompat'],
    [bits.roCompat, RO_COMPAT, FOREIGN.roCompat, 'ro_compat'],
  ] as const;
  return words.flatMap(([word, own, foreign, kind]) => {
    const names = new Map<number, string>(
      [...Object.entries(own), ...Object.entries(foreign)].map(([n, bit]) => [bit, n]),
    );
    const set = Array.from({ length: 32 }, (_, index) => (1 << index) >>> 0).filter((bit) => (word & bit) !== 0);
    return set.map((bit) => names.get(bit) ?? `${kind}:0x${bit.toString(16)}`);
  });
}

/** Sets of features, by the programs that must read the image. */
export const PROFILES = {
  /** mke2fs 1.47's own defaults: Linux ≥ 5.15 writes it, e2fsprogs ≥ 1.47 checks it; old GRUB and U-Boot do not read it. */
  modern: [
    'has_journal',
    'ext_attr',
    'resize_inode',
    'dir_index',
    'orphan_file',
    'filetype',
    'extent',
    '64bit',
    'flex_bg',
    'metadata_csum_seed',
    'sparse_super',
    'large_file',
    'huge_file',
    'dir_nlink',
    'extra_isize',
    'metadata_csum',
  ],
  /** mke2fs 1.43 to 1.46: Linux ≥ 3.18, e2fsprogs ≥ 1.43, GRUB ≥ 2.02 and U-Boot ≥ 2017 read it. */
  boot: [
    'has_journal',
    'ext_attr',
    'resize_inode',
    'dir_index',
    'filetype',
    'extent',
    '64bit',
    'flex_bg',
    'sparse_super',
    'large_file',
    'huge_file',
    'dir_nlink',
    'extra_isize',
    'metadata_csum',
  ],
  /** Features that every ext4 driver reads (Linux ≥ 2.6.28): no journal, no checksums, 32-byte descriptors. */
  minimal: [
    'ext_attr',
    'dir_index',
    'filetype',
    'extent',
    'flex_bg',
    'sparse_super',
    'large_file',
    'huge_file',
    'dir_nlink',
    'extra_isize',
  ],
} as const satisfies Readonly<Record<string, readonly FeatureName[]>>;

/** A set of initial features, by the programs that must read the image. */
export type Ext4Profile = keyof typeof PROFILES;

/** The bits of those of `names` that `table` knows. */
export function featureBits(table: Readonly<Record<string, number>>, names: readonly FeatureName[]): number {
  return names.reduce((bits, name) => bits | (table[name] ?? 0), 0);
}
