// The attributes of <type image="iso">: one row each, over all generations.

import type { Span } from './generations.js';
import { inert, onlyAsOption, read, readOr, type Values } from './rows.js';
import { anyText, bool, changing, integer, matching, oneOf } from './values.js';

const identifier = matching(/[A-Za-z0-9!-/:-?_ ]{1,128}/, '1 to 128 letters, digits, blanks and punctuation');
const early: Span = { until: 'kiwi-9.15' };
const since920: Span = { since: 'kiwi-9.20' };
const since924: Span = { since: 'kiwi-9.24' };
const since10: Span = { since: 'kiwi-10' };

/** https://osinside.github.io/kiwi/image_description/elements.html, "type". */
export const typeTable = {
  image: read(oneOf('iso'), 'A live ISO.'),
  primary: readOr(bool, false, 'The default among several types.'),
  flags: readOr(oneOf('overlay', 'dmsquash'), 'overlay', 'Which dracut modules find and mount the root image.'),
  firmware: read(
    changing(
      ['kiwi-9.11', oneOf('bios', 'ec2', 'efi', 'uefi', 'ofw', 'opal')],
      ['kiwi-9.24', oneOf('bios', 'ec2', 'efi', 'uefi', 'ofw', 'opal', 'custom')],
    ),
    'How the medium boots: bios, efi (own GRUB), uefi (signed shim and GRUB). Default: by architecture.',
  ),
  volid: readOr(matching(/[a-zA-Z0-9_\-.]{1,32}/, '1 to 32 letters, digits, "_", "-", "."'), 'CDROM', 'Volume id.'),
  publisher: readOr(
    changing(['kiwi-9.15', anyText], ['kiwi-10', identifier]),
    'SUSE LINUX GmbH',
    'Publisher id of the medium.',
    { since: 'kiwi-9.15' },
  ),
  application_id: read(identifier, 'Application id of the medium. Default: the id that boot/mbrid holds.', since10),
  hybrid: readOr(bool, false, 'Whether the medium boots from a disk too.', { until: 'kiwi-9.11' }),
  hybridpersistent: readOr(bool, false, 'Whether changes are kept on the medium, if it is a disk.'),
  hybridpersistent_filesystem: read(oneOf('ext4', 'xfs'), 'File system made for the changes.'),
  mediacheck: readOr(bool, false, 'Whether the medium has digests and offers to check them.'),
  kernelcmdline: readOr(anyText, '', 'Options for the kernel.'),
  editbootconfig: read(anyText, 'Script that may change the boot files of the medium.'),
  squashfscompression: read(
    oneOf('uncompressed', 'gzip', 'lzo', 'lz4', 'xz', 'zstd'),
    'Compression of the root image. Default: xz.',
    since920,
  ),
  erofscompression: read(
    anyText,
    'Compression of an EROFS root image, as mkfs.erofs -z takes it. Default: none.',
    since10,
  ),
  filesystem: readOr(
    oneOf('btrfs', 'ext2', 'ext3', 'ext4', 'squashfs', 'erofs', 'xfs'),
    'ext4',
    'Root image: a file system inside the squashfs, or "squashfs" or "erofs" for the tree itself.',
    since10,
  ),
  fscreateoptions: read(anyText, 'Options for the root file system, in the spelling of mkfs.', since920),
  fsmountoptions: read(anyText, 'Recorded in .profile; the root image is made without mounting it.'),
  efifatimagesize: readOr(
    integer(1, 0x7fffffff),
    (rules) => rules.espMebibytes,
    'MiB of the EFI system partition; El Torito cannot load more than 31.',
    since10,
  ),
  eficsm: readOr(bool, true, 'Whether an EFI medium boots by BIOS too.', since10),
  efiparttable: readOr(
    oneOf('msdos', 'gpt'),
    (rules) => rules.efiPartitionTable,
    'Partition table of media with EFI firmware.',
    since10,
  ),
  gpt_hybrid_mbr: readOr(bool, false, 'An active entry in the protective MBR, for BIOSes that insist on one.', since10),
  vga: readOr(anyText, (rules) => rules.vga, 'Graphics mode by its VESA number, or auto.', { until: 'kiwi-9.24' }),
  bootloader_console: read(oneOf('console', 'gfxterm', 'serial'), 'Terminal of the boot menu.', early),
  boottimeout: read(integer(0, 0x7fffffff), 'Seconds until the first entry boots.', early),
  bundle_format: read(anyText, 'Names of bundled results.', since924),
  selinux_policy: readOr(
    oneOf('targeted', 'mls', 'minimum'),
    'targeted',
    'Which policy of the root tree labels its files.',
    since924,
  ),
  verity_blocks: read(matching(/\d*|all/, 'a number of blocks, or all'), 'Blocks that dm-verity covers.', since10),
  luks: read(anyText, 'Passphrase, or key file, of an encrypted root image.'),
  luks_version: read(oneOf('luks', 'luks1', 'luks2'), 'Version of the encryption header.', since924),
  luksOS: read(
    changing<string>(['kiwi-9.11', oneOf('sle11')], ['kiwi-9.20', oneOf('sle12')]),
    'Distribution whose encryption settings are used.',
  ),
  luks_randomize: inert(bool, 'Only for an encrypted root image.', since924),
  luks_pbkdf: inert(oneOf('pbkdf2', 'argon2i', 'argon2id'), 'Only for an encrypted root image.', since924),
  overlayroot_readonly_createoptions: inert(anyText, 'Only for disks with an overlay.', { since: 'kiwi-11' }),
  bootprofile: read(anyText, 'Recorded in .profile.'),
  bootkernel: read(anyText, 'Recorded in .profile.'),
  devicepersistency: read(
    changing<string>(
      ['kiwi-9.11', oneOf('by-uuid', 'by-label', 'by-path')],
      ['kiwi-9.20', oneOf('by-uuid', 'by-label', 'by-partuuid')],
    ),
    'Recorded in .profile; a live medium is found by its label.',
  ),
  installprovidefailsafe: onlyAsOption(readOr(bool, true, 'Whether the menu has a failsafe entry.')),
  target_blocksize: onlyAsOption(read(integer(512, 65536), 'Bytes of a sector of the loop device.')),
  xen_server: onlyAsOption(readOr(bool, false, 'Whether the medium starts the Xen hypervisor.')),
};

/** Attributes of `<type>` by their names. */
export type TypeAttributes = Values<typeof typeTable>;
