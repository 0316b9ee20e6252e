// The codes of findings with their severity and advice. Codes are a public contract: new ones may be added, but none changes its meaning.

/** `error`: some reader or firmware fails on it. `warning`: some may, or it will cause trouble later. `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

type Rule = readonly [severity: Severity, advice: string];

const AGAIN = 'Make the image again, or fetch it again.';

const REPAIR = 'Run e2fsck on a copy, or make the file system again.';

const table = <T extends Readonly<Record<string, Rule>>>(rules: T) => rules;

/** The severity and the advice of every code. */
export const RULES = table({
  'image.damaged': ['error', AGAIN],
  'image.not-read': ['note', 'Check this part with a program that reads it.'],
  'image.remark': [
    'warning',
    'See whether the program that made the image has an option or a newer version that avoids it.',
  ],
  'image.unfinished': [
    'error',
    'Recover the image with `isopress edit`, which completes the edit or takes it back, and verify it again.',
  ],
  'image.depth': ['note', 'Check the inner image by its own address.'],
  'file.unreadable': ['error', AGAIN],

  'iso.both-endian': ['error', 'Make the disc with another program: readers take either number.'],
  'iso.directory-links': ['error', AGAIN],
  'iso.directory-record': ['error', AGAIN],
  'iso.directory-twice': ['error', AGAIN],
  'iso.extent-outside': ['error', AGAIN],
  'iso.extents-overlap': ['error', AGAIN],
  'iso.joliet-differs': ['warning', 'Windows and Linux show different files: make the disc again.'],
  'iso.no-terminator': ['error', AGAIN],
  'iso.path-table-mismatch': ['error', 'Make the disc again: Windows and old firmware read path tables.'],
  'iso.rock-ridge': ['error', AGAIN],
  'iso.truncated': ['error', 'The file was cut: fetch it again.'],
  'iso.volume-size': ['error', 'Make the disc again: a drive or a copy may end at the size of the volume.'],

  'eltorito.boot-info-table': ['error', 'Write the disc with a boot info table: the loader does not find itself.'],
  'eltorito.catalog': ['error', 'Write the disc again: no firmware boots it from a drive.'],
  'eltorito.entry-outside': ['error', AGAIN],
  'eltorito.grub-address': ['error', "Write the disc with GRUB's boot info: the loader does not find its own rest."],
  'eltorito.load-size': ['error', 'Set the load size to 4 sectors.'],

  'mbr.boot-code-address': ['error', 'Write the boot code again: a stick with this image does not boot by BIOS.'],
  'mbr.partition-outside': ['error', AGAIN],
  'mbr.partitions-overlap': ['warning', 'Give each partition its own sectors.'],
  'gpt.backup': ['error', 'Write the copy again, for example with `sgdisk -e`.'],
  'gpt.copies-differ': ['error', 'Write the copy again, for example with `sgdisk -e`.'],
  'gpt.no-backup': ['error', 'Write the copy again, for example with `sgdisk -e`.'],
  'gpt.no-header': ['error', 'Write the partition table again: firmware looks for the GPT that the MBR announces.'],
  'gpt.partition-outside': ['error', AGAIN],
  'gpt.partitions-overlap': ['warning', 'Give each partition its own sectors: UEFI forbids overlaps.'],
  'gpt.primary': ['error', 'Write the partition table again; the copy at the end may still be right.'],

  'tags.damaged': ['error', 'Remove the tags and write them again.'],
  'tags.digest': ['error', 'The image changed after it was tagged: fetch it again, or tag it again.'],
  'tags.mixed': ['warning', 'Remove the tags and write those of one style.'],

  'udf.anchor': ['warning', 'Make the volume again: a reader may look for the anchor that is missing.'],
  'udf.descriptor': ['error', AGAIN],
  'udf.integrity': ['warning', AGAIN],
  'udf.open': ['warning', 'Finish writing the volume, or check it with udffsck.'],
  'udf.sequences-differ': ['error', 'Make the volume again: readers take either sequence.'],

  'fat.backup-boot-sector': ['warning', 'Run fsck.fat on a copy.'],
  'fat.chain': ['error', 'Run fsck.fat on a copy, or make the volume again.'],
  'fat.cross-linked': ['error', 'Run fsck.fat on a copy, or make the volume again.'],
  'fat.fs-info': ['warning', 'Run fsck.fat on a copy: systems that write to the volume use the hint.'],
  'fat.lost-clusters': ['warning', 'Run fsck.fat on a copy to free them.'],
  'fat.root-entries': ['error', 'Make the volume again: fsck.fat refuses it.'],
  'fat.size': ['error', 'Run fsck.fat on a copy, or make the volume again.'],
  'fat.table-start': ['error', 'Make the volume again, or restore its boot sector: its tables are elsewhere.'],
  'fat.tables-differ': ['error', 'Run fsck.fat on a copy: readers take either table.'],
  'fat.truncated': ['error', 'The image was cut: fetch it again.'],

  'ext4.backup-superblock': ['warning', 'Run e2fsck on a copy: nothing reads it before the first one is damaged.'],
  'ext4.bitmap-checksum': ['error', REPAIR],
  'ext4.block-bitmap': ['error', REPAIR],
  'ext4.block-outside': ['error', REPAIR],
  'ext4.blocks-shared': ['error', REPAIR],
  'ext4.directory': ['error', REPAIR],
  'ext4.directory-checksum': ['error', REPAIR],
  'ext4.directory-index': ['error', REPAIR],
  'ext4.extent-tree': ['error', REPAIR],
  'ext4.free-counts': ['warning', REPAIR],
  'ext4.group-descriptor': ['error', REPAIR],
  'ext4.inode': ['error', REPAIR],
  'ext4.inode-bitmap': ['error', REPAIR],
  'ext4.inode-blocks': ['warning', REPAIR],
  'ext4.inode-checksum': ['error', REPAIR],
  'ext4.journal': ['error', REPAIR],
  'ext4.link-count': ['error', REPAIR],
  'ext4.not-clean': ['warning', 'Mount it once, or run e2fsck on a copy, to replay its journal.'],
  'ext4.superblock': ['error', 'Run e2fsck -b on a copy, which reads another superblock.'],
  'ext4.truncated': ['error', 'The image was cut: fetch it again.'],
  'ext4.unconnected': ['error', REPAIR],
  'ext4.xattr': ['error', REPAIR],

  'boot.initrd-kind': ['error', 'Put an initrd there: a cpio archive, compressed or not.'],
  'boot.initrd-missing': ['error', 'Correct the path in the menu, or add the file.'],
  'boot.kernel-kind': ['error', 'Put a kernel there.'],
  'boot.kernel-missing': ['error', 'Correct the path in the menu, or add the file.'],
  'boot.label-escape': [
    'warning',
    'Give the disc a label of letters, digits, "-", "_" and ".", because GRUB and dracut change escapes for any others.',
  ],
  'boot.label-mismatch': [
    'error',
    'Change the label of the disc, or the menus in the disc and in its EFI system partition.',
  ],
  'boot.live-image-missing': ['error', 'Add the root image, or correct rd.live.dir and rd.live.squashimg.'],
  'boot.live-image-unknown': ['error', 'Make the root image again.'],
  'boot.no-loader': ['error', 'Add a loader such as EFI/BOOT/BOOTX64.EFI.'],
  'boot.search-file-missing': ['error', 'Add the file, or change what GRUB searches.'],

  'efi.ca-2011': ['note', 'That certificate expired in June 2026: use a shim that has the one of 2023 too.'],
  'efi.ca-missing': ['error', 'Use a shim that is signed by that certificate.'],
  'efi.changed-after-signing': ['error', 'Take the program from its package again, or sign it again.'],
  'efi.no-program': ['error', 'Put an EFI program there.'],
  'efi.no-sbat': ['warning', 'Use a newer shim.'],
  'efi.section-alignment': [
    'warning',
    'Link the program with sections aligned to 4096 bytes, or without the mark for NX.',
  ],

  'portable.hybrid-mbr': ['note', 'Strict UEFI firmware wants an MBR with the protective entry alone.'],
  'portable.label-length': [
    'note',
    'Use a label of 11 capital letters, digits and underscores, so that copies on FAT boot too.',
  ],
  'portable.large-file': ['note', 'Split the file, so that tools that copy to FAT can take it.'],
  'portable.no-loopback': [
    'note',
    'Add boot/grub/loopback.cfg, so that menus of images, such as those of Ventoy and GRUB, start the disc.',
  ],
});

/** A code of a finding: `iso.path-table-mismatch`. */
export type RuleCode = keyof typeof RULES;
