// Options of `xorriso -as mkisofs` for boot entries, which the benchmark and the tests of published discs share.

/** GRUB for BIOS, with its boot info table. */
export const GRUB = [
  ...[
    '-b',
    'boot/grub/eltorito.img',
    '-c',
    'boot.catalog',
    '-no-emul-boot',
    '-boot-load-size',
    '4',
    '-boot-info-table',
  ],
  '--grub2-boot-info',
];

/** UEFI from the second partition, which is appended. */
export const EFI_PARTITION = ['-eltorito-alt-boot', '-e', '--interval:appended_partition_2:all::', '-no-emul-boot'];
