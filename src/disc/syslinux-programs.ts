// Programs that SYSLINUX and ISOLINUX start by the suffix of the file that KERNEL names.

/** Boot sectors, COMBOOT and COM32 modules, disk images and network boot programs. LINUX instead of KERNEL ignores the suffix. */
const SUFFIX = /\.(?:c32|com|cbt|bin|bs|bss|img|0)$/i;

/** Whether a file that KERNEL names is another program than a kernel. */
export function isSyslinuxProgram(path: string): boolean {
  return SUFFIX.test(path);
}
