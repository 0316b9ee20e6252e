// The attributes of <type image="iso">: one row each. Names, values and defaults are KIWI's (schemas 7.2 to 8.5).

import { inert, read, readOr, refused, type Values } from './rows.js';
import { anyText, bool, integer, matching, oneOf } from './values.js';

const identifier = matching(/[A-Za-z0-9!-/:-?_ ]{1,128}/, '1 to 128 letters, digits, blanks and punctuation');
const luks = 'an encrypted root image is not built.';

/** https://osinside.github.io/kiwi/image_description/elements.html, "type". */
export const typeTable = {
  image: read(oneOf('iso'), 'A live ISO.'),
  primary: readOr(bool, false, 'Chosen when no type is named.'),
  flags: readOr(oneOf('overlay', 'dmsquash'), 'overlay', 'Which dracut modules find and mount the root image.'),
  firmware: read(
    oneOf('bios', 'ec2', 'efi', 'uefi', 'ofw', 'opal', 'custom'),
    'How the medium boots: bios, efi (own GRUB), uefi (signed shim and GRUB). Default: by architecture.',
  ),
  volid: readOr(matching(/[a-zA-Z0-9_\-.]{1,32}/, '1 to 32 letters, digits, "_", "-", "."'), 'CDROM', 'Volume id.'),
  publisher: readOr(identifier, 'SUSE LINUX GmbH', 'Publisher id of the medium.'),
  application_id: read(identifier, 'Application id of the medium. Default: the id that boot/mbrid holds.'),
  hybridpersistent: readOr(bool, false, 'Keep changes on the medium, if it is a disk.'),
  hybridpersistent_filesystem: read(oneOf('ext4', 'xfs'), 'File system made for the changes.'),
  mediacheck: readOr(bool, false, 'Store digests on the medium and offer to check them.'),
  kernelcmdline: readOr(anyText, '', 'Options for the kernel.'),
  squashfscompression: read(
    oneOf('uncompressed', 'gzip', 'lzo', 'lz4', 'xz', 'zstd'),
    'Compression of the root image. Default: xz.',
  ),
  filesystem: readOr(
    oneOf('btrfs', 'ext2', 'ext3', 'ext4', 'squashfs', 'erofs', 'xfs'),
    'ext4',
    'What the root image is: a file system inside the squashfs, or "squashfs" for the tree itself.',
  ),
  fscreateoptions: readOr(
    anyText,
    '',
    'Options of mkfs.ext4 for the root file system; those without a meaning for an image are refused.',
  ),
  efifatimagesize: readOr(integer(1, 31), 20, 'MiB of the EFI system partition; El Torito cannot load more than 31.'),
  eficsm: readOr(bool, true, 'Whether an EFI medium boots by BIOS too.'),
  efiparttable: read(oneOf('msdos', 'gpt'), 'Partition table. Default: by schema version and firmware.'),
  gpt_hybrid_mbr: readOr(bool, false, 'An active entry in the protective MBR, for BIOSes that insist on one.'),
  vga: readOr(anyText, 'auto', 'Graphics mode by its old number (schemas before 8.5).'),
  installprovidefailsafe: readOr(bool, true, 'Whether the menu has a failsafe entry.'),
  bundle_format: read(anyText, 'Names of bundled results.'),
  bootprofile: read(anyText, 'Recorded in .profile.'),
  bootkernel: read(anyText, 'Recorded in .profile.'),
  devicepersistency: inert(anyText, 'A live medium is found by its label.'),
  fsmountoptions: inert(anyText, 'Nothing is mounted to make the root image.'),
  selinux_policy: inert(anyText, 'Labels are taken from the tree as extended attributes.'),
  hybrid: refused(bool, 'a medium without hybrid boot is not built.', ['true']),
  editbootconfig: refused(anyText, 'boot configuration scripts are not run.', ['']),
  erofscompression: refused(anyText, 'EROFS is not built.', ['']),
  verity_blocks: refused(anyText, 'dm-verity is not built.', ['']),
  target_blocksize: refused(anyText, 'only 512-byte sectors are built.', ['512']),
  xen_server: refused(bool, 'Xen media are not built.', ['false']),
  luks: refused(anyText, luks, ['']),
  luks_version: refused(anyText, luks, ['']),
  luksOS: refused(anyText, luks, ['']),
  luks_randomize: inert(bool, 'Only for an encrypted root image.'),
  luks_pbkdf: inert(anyText, 'Only for an encrypted root image.'),
};

export type TypeAttributes = Values<typeof typeTable>;
