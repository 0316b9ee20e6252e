// Recognises menus of boot loaders by path and text.

/** `loader` is the configuration of systemd-boot, `loader-entry` one of its entries. */
export type MenuKind = 'grub' | 'isolinux' | 'loader' | 'loader-entry';

const GRUB_LINE =
  /^[ \t]*(?:menuentry|submenu|linux(?:efi|16)?|search(?:\.\w+)?|configfile|set[ \t]+(?:timeout|default|prefix|root)\b|\$\{?linux)/m;
const ISOLINUX_LINE = /^[ \t]*(?:label|append|kernel|default|timeout|include|ui)[ \t]+\S/im;

/** Whether a file may be a menu, by its name. */
export function isMenuName(path: string): boolean {
  return /\.(?:cfg|conf|lst)$/i.test(path);
}

/** The kind of menu, by path and text; undefined for any other file. */
export function menuKindOf(path: string, text: string): MenuKind | undefined {
  if (!isMenuName(path) || text.includes('\0')) return undefined;
  if (/(?:^|\/)loader\/entries\/[^/]+\.conf$/i.test(path)) return 'loader-entry';
  if (/(?:^|\/)loader\/loader\.conf$/i.test(path)) return 'loader';
  const isSyslinux = /(?:^|\/)(?:isolinux|syslinux|extlinux)[^/]*(?:\/|\.cfg$)/i.test(path);
  if (!isSyslinux && GRUB_LINE.test(text)) return 'grub';
  return ISOLINUX_LINE.test(text) && (isSyslinux || /^[ \t]*label[ \t]/im.test(text)) ? 'isolinux' : undefined;
}
