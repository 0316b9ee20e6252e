// The children of <type>: those of a live ISO, and those of other image types, of which only the names are checked.

import { bootloaderTable } from '../bootloader-attributes.js';
import { inert, read, readOr, required, type Table } from '../rows.js';
import { typeTable } from '../type-attributes.js';
import { anyText, bool, changing, integer, matching, oneOf } from '../values.js';
import { branch, type ElementRule, type Grammar, leaf, many, once, since, some, textual, unused } from './rule.js';

const DISKS = 'Only for disks.';
const CONTAINERS = 'Only for containers.';
const INITRD = 'It does not change the initrd of a live ISO.';
const MACHINES = 'Only for the settings of a virtual machine.';

export const sizeTable = {
  unit: readOr(oneOf('M', 'G'), 'M', 'Mebibytes or gibibytes.'),
  additive: readOr(bool, false, 'Whether to add to the size of the content.'),
  unpartitioned: readOr(integer(0, 0x7fffffff), 0, 'Part of the size that partitions leave free; included here.'),
};

export const machineTable = {
  xen_loader: read(oneOf('hvmloader', 'pygrub', 'pvgrub'), 'Makes a medium for Xen guests.'),
  ...unused(MACHINES, 'HWversion', 'arch', 'guestOS', 'max_cpu', 'max_memory', 'memory', 'min_cpu', 'min_memory'),
  ...unused(MACHINES, 'ncpus', 'ovftype'),
} satisfies Table;

const typeChildren = {
  size: once,
  bootloader: { since: 'kiwi-9.20' },
  machine: once,
  initrd: { many: true, since: 'kiwi-10' },
  oemconfig: once,
  systemdisk: once,
  partitions: { since: 'kiwi-9.20' },
  vagrantconfig: many,
  containerconfig: once,
  luksformat: { since: 'kiwi-9.20' },
  installmedia: { since: 'kiwi-9.20' },
  pxedeploy: { until: 'kiwi-9.15' },
} as const;

const otherImages = [
  ...[
    'aci',
    'appx',
    'btrfs',
    'clicfs',
    'cpio',
    'docker',
    'ext2',
    'ext3',
    'ext4',
    'kis',
    'lxc',
    'oci',
    'oem',
    'product',
  ],
  ...['pxe', 'split', 'squashfs', 'tbz', 'vmx', 'xfs'],
] as const;
const laterImages = ['enclave', 'erofs', 'wsl'] as const;

const OTHER = 'Belongs to another image type.';

/** Any text except words that came later. */
const without = (later: RegExp) => matching(new RegExp(`(?!(?:${later.source})$)[^]*`), 'another value');

/** Every other type: names are checked, values are not. */
export const otherType: ElementRule = branch(
  {
    image: required(
      inert(
        changing<string>(
          ['kiwi-9.11', oneOf('iso', ...otherImages)],
          ['kiwi-10', oneOf('iso', ...otherImages, ...laterImages)],
        ),
        OTHER,
      ),
    ),
    ...unused(OTHER, ...Object.keys(typeTable).filter((name) => name !== 'image')),
    ...unused(
      OTHER,
      'boot',
      'boot_clone',
      'bootfilesystem',
      'bootloader',
      'bootpartition',
      'bootpartsize',
      'compressed',
    ),
    ...unused(OTHER, 'btrfs_quota_groups', 'btrfs_root_is_readonly_snapshot', 'btrfs_root_is_snapshot'),
    ...unused(OTHER, 'btrfs_root_is_subvolume', 'btrfs_set_default_volume'),
    ...unused(OTHER, 'delta_root', 'derived_from', 'disk_start_sector', 'dosparttable_extended_layout'),
    ...unused(OTHER, 'editbootinstall', 'efipartsize', 'embed_integrity_metadata', 'embed_verity_metadata'),
    ...unused(OTHER, 'ensure_empty_tmpdirs', 'force_mbr', 'formatoptions', 'gcelicense'),
    ...unused(OTHER, 'initrd_system', 'install_continue_on_timeout', 'installboot', 'installiso', 'installpxe'),
    ...unused(OTHER, 'installstick', 'integrity_keyfile', 'integrity_legacy_hmac', 'mdraid', 'metadata_path'),
    ...unused(OTHER, 'integrity_metadata_key_description', 'overlayroot'),
    ...unused(OTHER, 'overlayroot_readonly_partsize', 'overlayroot_write_partition', 'ramonly'),
    ...unused(OTHER, 'root_clone', 'rootfs_label', 'spare_part', 'spare_part_fs'),
    ...unused(OTHER, 'spare_part_fs_attributes', 'spare_part_is_last', 'spare_part_mountpoint', 'standalone_integrity'),
    ...unused(OTHER, 'target_removable', 'vhdfixedtag', 'wwid_wait_timeout', 'zipl_targettype', 'container'),
    ...since('kiwi-10', unused(OTHER, 'application_id', 'archive', 'bootpart_id', 'btrfs_root_is_snapper_snapshot')),
    ...since('kiwi-10', unused(OTHER, 'eficsm', 'eficsmpart_id', 'efipart_id', 'enclave_format', 'erofscompression')),
    ...since('kiwi-10', unused(OTHER, 'overlayroot_readonly_filesystem', 'provide_system_files')),
    ...since('kiwi-10', unused(OTHER, 'require_system_files', 'rootpart_id')),
    filesystem: inert(changing(['kiwi-9.11', without(/erofs/)], ['kiwi-10', anyText]), OTHER),
    format: inert(changing(['kiwi-9.11', without(/oci:.*/)], ['kiwi-10', anyText]), OTHER),
    ...since('kiwi-11', unused(OTHER, 'apply_dps_codes', 'efimountoptions', 'overlayroot_readonly_createoptions')),
  },
  typeChildren,
);

/** <type image="oem">: the only disk, which also describes a container since KIWI 10. */
export const diskType: ElementRule = {
  ...otherType,
  children: { ...typeChildren, containerconfig: { since: 'kiwi-10' } },
};

/** <type image="iso">. */
export const liveType: ElementRule = {
  ...branch(typeTable, typeChildren),
  foreign: Object.keys(otherType.attributes),
};

const opaque = (because: string, ...names: readonly string[]): ElementRule => ({
  ...branch(unused(because, ...names), {}),
  opaque: true,
});

export const typeGrammar: Grammar = {
  size: { attributes: sizeTable, children: {}, text: integer(0, 0x7fffffff) },
  machine: branch(machineTable, { 'vmconfig-entry': many, vmdisk: once, vmdvd: once, vmnic: many }),
  'vmconfig-entry': textual(),
  vmdisk: leaf(unused(MACHINES, 'controller', 'device', 'diskmode', 'disktype', 'id')),
  vmdvd: leaf(unused(MACHINES, 'controller', 'id')),
  vmnic: leaf(unused(MACHINES, 'driver', 'interface', 'mac', 'mode')),
  bootloader: branch(bootloaderTable, {
    bootloadersettings: { since: 'kiwi-9.24' },
    securelinux: { many: true, since: 'kiwi-10' },
  }),
  bootloadersettings: { ...opaque('Options for installing a loader on a disk.'), later: { environment: 'kiwi-10' } },
  securelinux: opaque('Only for s390.', 'hkd_ca_cert', 'hkd_sign_cert'),
  initrd: branch({ action: required(inert(oneOf('omit', 'add', 'set', 'setup'), INITRD)) }, { dracut: many }),
  dracut: leaf({ ...unused(INITRD, 'module'), ...since('kiwi-10', unused(INITRD, 'uefi', 'driver')) }),
  oemconfig: { ...opaque(DISKS), later: { 'oem-ramdisk-size': 'kiwi-10' } },
  systemdisk: { ...opaque(DISKS, 'name', 'preferlvm'), later: { 'volume arch': 'kiwi-10', 'volume quota': 'kiwi-10' } },
  partitions: { ...opaque(DISKS), later: { 'partition label': 'kiwi-10', 'partition part_id': 'kiwi-10' } },
  installmedia: branch({}, { initrd: many }),
  vagrantconfig: opaque(
    MACHINES,
    ...['boxname', 'embedded_vagrantfile', 'provider', 'virtualbox_guest_additions_present', 'virtualsize'],
  ),
  containerconfig: {
    ...opaque(CONTAINERS, ...['additionalnames', 'additionaltags', 'maintainer', 'name', 'tag', 'user', 'workingdir']),
    later: { stopsignal: 'kiwi-10' },
  },
  luksformat: branch({}, { option: some }),
  option: leaf({
    name: required(inert(anyText, 'Only for encryption.')),
    value: inert(anyText, 'Only for encryption.'),
  }),
  pxedeploy: opaque('Only for network boot.', 'server', 'blocksize'),
};
