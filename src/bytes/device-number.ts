// Device numbers in Linux's 32-bit form, which several file systems store.

/** Largest device numbers in that form: 12 and 20 bits. */
export const MAX_MAJOR = 0xfff;
export const MAX_MINOR = 0xf_ffff;

/** The minor's low byte, the major's 12 bits, the minor's high 12 bits. */
export function deviceNumber(major: number, minor: number): number {
  return ((minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12)) >>> 0;
}

/** Inverse of {@link deviceNumber}. */
export function deviceNumbers(device: number): { readonly major: number; readonly minor: number } {
  return { major: (device >>> 8) & MAX_MAJOR, minor: (device & 0xff) | ((device >>> 12) & 0xf_ff00) };
}
