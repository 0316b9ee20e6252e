// The modules of GRUB's boot images: those that find the medium and read its menu, and those that menus use.

const basic = [
  ...['ext2', 'iso9660', 'linux', 'echo', 'configfile', 'search_label', 'search_fs_file', 'search', 'search_fs_uuid'],
  ...['ls', 'normal', 'gzio', 'png', 'fat', 'gettext', 'font', 'minicmd', 'gfxterm', 'gfxmenu', 'all_video', 'xfs'],
  ...['btrfs', 'squash4', 'lvm', 'luks', 'gcry_rijndael', 'gcry_sha256', 'gcry_sha512', 'crypto', 'cryptodisk'],
  ...['test', 'true', 'loadenv', 'part_gpt', 'part_msdos', 'serial'],
];

/** Without these the image cannot show the menu. */
const essential = new Set(['iso9660', 'normal', 'configfile', 'search', 'search_fs_file', 'linux', 'biosdisk']);

/** Modules that some platforms never have: other modules do their work there, or there is nothing to do. */
const optional = new Set(['linuxefi', 'efi_uga', 'serial', 'all_video', 'gfxterm', 'gfxmenu']);

const byPlatform: Readonly<Record<string, readonly string[]>> = {
  'i386-pc': ['biosdisk', 'vga', 'vbe', 'chain', 'boot'],
  'x86_64-efi': ['efi_gop', 'efi_uga', 'linuxefi'],
  'i386-efi': ['efi_gop', 'efi_uga'],
  'arm64-efi': ['efi_gop'],
  'arm-efi': ['efi_gop'],
  'riscv64-efi': ['efi_gop'],
  'loongarch64-efi': ['efi_gop'],
  'powerpc-ieee1275': ['boot'],
};

export interface ModuleChoice {
  readonly modules: readonly string[];
  /** Wanted, not in the module directory, and not essential. */
  readonly absent: readonly string[];
  /** Essential and not in the module directory: without them there is no boot image. */
  readonly missing: readonly string[];
}

/** The modules for a platform, out of those in its directory. */
export function chooseModules(
  platform: string,
  extra: readonly string[],
  isThere: (module: string) => boolean,
): ModuleChoice {
  const wanted = [...basic, ...(byPlatform[platform] ?? []), ...extra];
  const lacking = wanted.filter((module) => !isThere(module));
  return {
    modules: wanted.filter(isThere),
    absent: lacking.filter((module) => !essential.has(module) && !optional.has(module)),
    missing: lacking.filter((module) => essential.has(module)),
  };
}
