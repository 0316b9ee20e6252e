// The numbers of VESA modes in the Linux kernel's boot protocol, as old descriptions give them.

const modes: readonly (readonly [size: string, ...numbers: number[]])[] = [
  ['640x480', 0x301, 0x310, 0x311, 0x312],
  ['800x600', 0x303, 0x313, 0x314, 0x315],
  ['1024x768', 0x305, 0x316, 0x317, 0x318],
  ['1280x1024', 0x307, 0x319, 0x31a, 0x31b],
];

/** `0x317` → `1024x768`; for anything else `usual`, or GRUB's choice. */
export function graphicsMode(vga: string, usual = 'auto'): string {
  return sizeOf(vga) ?? (vga === 'auto' ? undefined : sizeOf(usual)) ?? 'auto';
}

/** `0x317` → `1024 768`, as ISOLINUX takes it. It cannot choose a mode itself: 800 600 for anything else. */
export function isolinuxResolution(vga: string): string {
  return (sizeOf(vga) ?? '800x600').replace('x', ' ');
}

function sizeOf(vga: string): string | undefined {
  const number = Number.parseInt(vga, 16);
  return modes.find(([, ...numbers]) => (numbers as number[]).includes(number))?.[0];
}
