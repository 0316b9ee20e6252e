// Boot files by their names: programs of SYSLINUX, loaders of removable media; and the largest size of a menu.

/** Larger files are not menus, whatever their names. */
export const LARGEST_MENU = 1024 * 1024;

/** Boot sectors, COMBOOT and COM32 modules, disk images and network boot programs. LINUX instead of KERNEL ignores the suffix. */
const SYSLINUX_PROGRAM = /\.(?:c32|com|cbt|bin|bs|bss|img|0)$/i;
/** UEFI 2.11 §3.5.1.1. */
const FALLBACK_LOADER = /^efi\/boot\/boot[a-z0-9]+\.efi$/i;

/** Whether a file that KERNEL names is another program than a kernel, which SYSLINUX and ISOLINUX decide by its suffix. */
export function isSyslinuxProgram(path: string): boolean {
  return SYSLINUX_PROGRAM.test(path);
}

/** Whether firmware starts a file of a volume without a boot entry. `path` has no leading slash. */
export function isFallbackLoader(path: string): boolean {
  return FALLBACK_LOADER.test(path);
}
