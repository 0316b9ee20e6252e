// The differences between an ISO of isopress and KIWI's of the same tree and description. docs/kiwi-differences.md has the same
// list for readers; a test compares the titles. Each pattern must match an actual difference.

export interface KnownDifference {
  /** As in the documentation. */
  readonly title: string;
  /** The firmware of the descriptions in which it shows. Default all. */
  readonly firmware?: 'uefi' | 'bios';
  /** The compression with which it shows. Default all. */
  readonly compression?: 'gzip' | 'lz4';
  /** Of lines `aspect sign about: KIWI's value | isopress's value`. */
  readonly patterns: readonly RegExp[];
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    title: 'Everything on the medium is readable',
    patterns: [
      /^medium ! LiveOS\/squashfs\.img: file 0600 0:0 \| file 0644 0:0$/,
      /^medium ! boot\/x86_64\/loader\/initrd: file 0600 0:0 \| file 0644 0:0$/,
      /^squashfs ! entry : drwx------ 0\/0 \| drwxr-xr-x 0\/0$/,
      /^squashfs ! entry \/LiveOS\/rootfs\.img: -rw------- 0\/0 \d+ \| -rw-r--r-- 0\/0 \d+$/,
    ],
  },
  {
    title: 'Nothing on the medium is executable',
    firmware: 'uefi',
    patterns: [
      /^medium ! boot\/grub\/i386-pc\/(grub-bios-setup|grub-ntldr-img|modinfo\.sh): file 0755 (0:0 \d+ \w+) \| file 0644 \2$/,
    ],
  },
  {
    title: 'No empty directory for themes',
    firmware: 'uefi',
    patterns: [/^medium - boot\/grub\/themes: directory 0755 0:0$/],
  },
  {
    title: 'No isolinux on a medium that GRUB boots',
    firmware: 'uefi',
    patterns: [
      /^medium - boot\/x86_64\/loader\/(chain|gfxboot|ldlinux|libcom32|libutil|mboot|menu)\.c32: /,
      /^medium - boot\/x86_64\/loader\/isolinux\.bin: /,
    ],
  },
  {
    title: 'isolinux finds its configuration',
    firmware: 'bios',
    patterns: [
      /^medium \+ isolinux\/(initrd|linux|isolinux\.cfg|isolinux\.msg): file 0644 0:0/,
      /^boot configuration \+ isolinux\/isolinux\.(cfg|msg): /,
      /^boot configuration [-+] boot\/x86_64\/loader\/isolinux\.cfg: (default|label) (Failsafe_--_)?Debian[ _]Live: 1$/,
      /^boot configuration \+ boot\/x86_64\/loader\/isolinux\.cfg: menu (label|title) .*: 1$/,
      /^boot configuration [-+] boot\/x86_64\/loader\/isolinux\.msg: (Failsafe_(--_)?)?Debian[ _]Live: 1$/,
    ],
  },
  {
    title: 'No GRUB boot code on a medium that isolinux boots',
    firmware: 'bios',
    patterns: [/^medium - (boot\/x86_64\/loader|isolinux)\/boot_hybrid\.img: /],
  },
  {
    title: 'isolinux.bin contains its own address',
    firmware: 'bios',
    patterns: [
      /^medium ! (boot\/x86_64\/loader|isolinux)\/isolinux\.bin: file 0644 0:0 (\d+) \w+ \| file 0644 0:0 \2 \w+$/,
    ],
  },
  {
    title: 'The signed MokManager',
    firmware: 'uefi',
    patterns: [
      /^(medium|EFI system partition) ! EFI\/BOOT\/mmx64\.efi: file 0644 0:0 \d+ \w+ \| file 0644 0:0 \d+ \w+$/,
    ],
  },
  {
    title: "GRUB's embedded configuration ends before the menu",
    firmware: 'uefi',
    patterns: [
      /^boot configuration - boot\/grub\/earlyboot\.cfg: configfile \(\$root\)\/boot\/grub\/grub\.cfg: 1$/,
      /^medium ! boot\/x86_64\/loader\/eltorito\.img: file 0644 0:0 \d+ \w+ \| file 0644 0:0 \d+ \w+$/,
    ],
  },
  {
    title: 'No commands for disks with snapshots',
    firmware: 'uefi',
    patterns: [
      /^boot configuration - (EFI\/BOOT|EFI\/debian)\/grub\.cfg: set btrfs_relative_path=yes: 1$/,
      /^boot configuration - boot\/grub\/earlyboot\.cfg: set btrfs_relative_path=yes: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: (set btrfs_relative_path=y|export btrfs_relative_path): 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: if \[ -n \$extra_cmdline \]; then: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: submenu Bootable snapshot \$snapshot_num \{: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: menuentry If OK, run snapper rollback and reboot\. \{ true; \}: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: if \[ -f \/\.snapshots\/grub-snapshot\.cfg \]; then: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: source \/\.snapshots\/grub-snapshot\.cfg: 1$/,
    ],
  },
  {
    title: 'linuxefi is chosen by the platform alone',
    firmware: 'uefi',
    patterns: [
      /^boot configuration - boot\/grub\/grub\.cfg: export linux initrd: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: if \[ \$grub_cpu = x86_64 -o \$grub_cpu = i386 \]; then: 1$/,
    ],
  },
  {
    title: 'No commands for a missing theme',
    firmware: 'uefi',
    patterns: [
      /^boot configuration - boot\/grub\/grub\.cfg: set (ascii|sans_10|sans_12|sans_bold_14)_font=grub\/themes\/None\/\S+: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: (if \[ -f|loadfont) \(\$root\)\/boot\/\$\w+_font( \]; then)?: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: if \[ -f \(\$root\)\/boot\/grub\/themes\/None\/theme\.txt \]; then: 1$/,
      /^boot configuration - boot\/grub\/grub\.cfg: set theme=\(\$root\)\/boot\/grub\/themes\/None\/theme\.txt: 1$/,
    ],
  },
  {
    title: 'Terminals that GRUB has',
    firmware: 'uefi',
    patterns: [
      /^boot configuration - boot\/grub\/grub\.cfg: terminal_input gfxterm: 1$/,
      /^boot configuration \+ boot\/grub\/grub\.cfg: terminal_input console: 1$/,
      /^boot configuration \+ boot\/grub\/grub\.cfg: insmod (all_video|gfxterm): 1$/,
    ],
  },
  {
    title: 'The clusters of the EFI system partition are aligned',
    firmware: 'uefi',
    patterns: [/^EFI system partition ! reserved \(boot\) sectors: 4 \| 8$/],
  },
  {
    title: 'Build records in the initrd',
    patterns: [
      /^initrd \+ \.profile: kiwi_live_volid='DEBIAN_LIVE': there$/,
      /^initrd - \.profile: kiwi_revision='\w+': there$/,
      /^initrd [-+] usr\/lib\/dracut\/build-parameter\.txt: .*--add ' kiwi-live pollcdrom ' --omit ' multipath '.*: there$/,
    ],
  },
  {
    title: 'The name of the builder',
    patterns: [
      /^boot configuration \+ boot\/\S+\.cfg: # Boot menu of this medium; written for this medium only\.: 1$/,
      /^boot configuration - boot\/\S+\.cfg: # kiwi generated (one time grub2|isolinux) config file: 1$/,
      /^volume descriptors ! block (16|18|32|33), type [12]: preparer identifier: KIWI - \S+ \| ISOPRESS$/,
    ],
  },
  {
    title: 'The flags of the squashfs match its content',
    patterns: [
      /^squashfs ! Duplicates: removed \| not removed$/,
      /^squashfs ! Xattrs: compressed \| not stored$/,
      /^squashfs - Number of xattr ids: 0$/,
    ],
  },
  {
    title: 'The gzip level is recorded',
    compression: 'gzip',
    patterns: [/^squashfs \+ (compression-level: \d|window-size: 15|Strategies selected:: default)$/],
  },
  {
    title: 'ext4 features that the root tree itself supports',
    patterns: [
      /^root file system \+ (Checksum seed: 0x\w+|Orphan file inode: \d+)$/,
      /^root file system ! Filesystem features: has_journal .* metadata_csum \| .* orphan_file .* metadata_csum_seed .*$/,
      /^root file system ! (Inode blocks per group|Inode count|Inodes per group|Overhead clusters): \d+ \| \d+$/,
    ],
  },
  {
    title: 'The root file system was never mounted',
    patterns: [
      /^root file system - (Journal checksum|Journal checksum type|Lifetime writes): /,
      /^root file system ! Journal features: journal_64bit journal_checksum_v3 \| \(none\)$/,
      /^root file system ! Journal sequence: 0x\w+ \| 0x00000001$/,
      /^root file system ! Last mount time: .* \| n\/a$/,
      /^root file system ! Last mounted on: \S+ \| <not available>$/,
      /^root file system ! Mount count: 1 \| 0$/,
    ],
  },
  {
    title: 'Identity and times come from the content',
    patterns: [
      /^root file system ! (Filesystem UUID|Directory Hash Seed|Checksum): /,
      /^root file system ! (Filesystem created|Last checked|Last write time): /,
      /^root entries ! lost\+found: directory 0700 0:0 \d+\.0{9} \| directory 0700 0:0 \d+\.0{9}$/,
    ],
  },
  {
    title: 'The disk signature comes from the content',
    firmware: 'bios',
    patterns: [/^system area ! disk signature: \w{8}0000 \| \w{8}0000$/, /^partition table ! id: 0x\w{8} \| 0x\w{8}$/],
  },
  {
    title: 'The builder leaves no trace in the root tree',
    patterns: [
      /^root entries ! (|boot|etc\/default|etc\/dracut\.conf\.d|tmp|usr\/lib\/grub\/i386-pc|var\/tmp): (directory \d+ 0:0) \S+ \| \2 \S+$/,
      /^root entries - etc\/dracut\.conf\.d\/02-livecd\.conf: /,
      /^root entries ! etc\/machine-id: (file 0644 0:0) \S+ 0 \w+ \| \1 \S+ 0 \w+$/,
      /^root file system ! (Block count|Free blocks|Free inodes|Reserved block count): /,
    ],
  },
  {
    title: 'GRUB is configured for the medium only',
    firmware: 'uefi',
    patterns: [
      /^root entries - boot\/grub(\/earlyboot\.cfg)?: /,
      /^root entries - etc\/default\/grub: /,
      /^root entries - usr\/lib\/grub\/i386-pc\/(core|eltorito)\.img: /,
    ],
  },
  {
    title: 'No collected changelogs, one record',
    patterns: [
      /^results - NAME\.changes: there$/,
      /^results - record of image_changes: /,
      /^results - kiwi\.result: there$/,
    ],
  },
];
