/** GRUB for BIOS, with its boot info table. */
export const GRUB: readonly string[];
/** UEFI from the second partition, which is appended. */
export const EFI_PARTITION: readonly string[];
