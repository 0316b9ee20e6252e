// Feature bits of the ext4 superblock (kernel documentation, "Super Block": s_feature_compat, _incompat, _ro_compat).

/** Bits of `s_feature_compat`: a reader that does not know one may still read and write. */
export const COMPAT = {
  has_journal: 0x4,
  ext_attr: 0x8,
  resize_inode: 0x10,
  dir_index: 0x20,
} as const;

/** Bits of `s_feature_incompat`: a reader that does not know one must not mount. */
export const INCOMPAT = {
  filetype: 0x2,
  extent: 0x40,
  '64bit': 0x80,
  flex_bg: 0x200,
} as const;

/** Bits of `s_feature_ro_compat`: a reader that does not know one may only read. */
export const RO_COMPAT = {
  sparse_super: 0x1,
  large_file: 0x2,
  huge_file: 0x8,
  dir_nlink: 0x20,
  extra_isize: 0x40,
  metadata_csum: 0x400,
} as const;

export type FeatureName = keyof typeof COMPAT | keyof typeof INCOMPAT | keyof typeof RO_COMPAT;

/** What every image has; the rest depends on options and size. All of them are read by GRUB 2.06 and Linux ≥ 3.18. */
export const ALWAYS: readonly FeatureName[] = [
  'ext_attr',
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
];

/** The bits of those of `names` that `table` knows. */
export function featureBits(table: Readonly<Record<string, number>>, names: readonly FeatureName[]): number {
  return names.reduce((bits, name) => bits | (table[name] ?? 0), 0);
}
