// Which modules go into GRUB's boot images: enough to find the medium and read its menu, and what menus use.

const basic = [
  ...['ext2', 'iso9660', 'linux', 'echo', 'configfile', 'search_label', 'search_fs_file', 'search', 'search_fs_uuid'],
  ...['ls', 'normal', 'gzio', 'png', 'fat', 'gettext', 'font', 'minicmd', 'gfxterm', 'gfxmenu', 'all_video', 'xfs'],
  ...['btrfs', 'squash4', 'lvm', 'luks', 'gcry_rijndael', 'gcry_sha256', 'gcry_sha512', 'crypto', 'cryptodisk'],
  ...['test', 'true', 'loadenv', 'part_gpt', 'part_msdos', 'serial'],
];

/** Without these the image could not even show the menu. */
const essential = new Set(['iso9660', 'normal', 'configfile', 'search', 'search_fs_file', 'linux', 'biosdisk']);

const byPlatform: Readonly<Record<string, readonly string[]>> = {
  'i386-pc': ['biosdisk', 'vga', 'vbe', 'chain', 'boot'],
  'x86_64-efi': ['efi_gop', 'linuxefi'],
};

export interface ModuleChoice {
  readonly modules: readonly string[];
  /** Wanted, not in the module directory, and not essential. */
  readonly absent: readonly string[];
  /** Essential and not in the module directory: no boot image without them. */
  readonly missing: readonly string[];
}

/** The modules for a platform, of those its directory has. */
export function chooseModules(platform: string, isThere: (module: string) => boolean): ModuleChoice {
  const wanted = [...basic, ...(byPlatform[platform] ?? [])];
  const lacking = wanted.filter((module) => !isThere(module));
  return {
    modules: wanted.filter(isThere),
    // linuxefi exists only in some distributions; where it does not, linux does its work.
    absent: lacking.filter((module) => !essential.has(module) && module !== 'linuxefi'),
    missing: lacking.filter((module) => essential.has(module)),
  };
}
