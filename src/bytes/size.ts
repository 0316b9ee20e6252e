// Sizes as people write and read them: digits and a binary unit.

const EXPONENTS: Readonly<Record<string, number>> = { '': 0, K: 1, M: 2, G: 3, T: 4 };

/**
 * `4096`, `128K`, `1m`, `2GiB` → bytes; undefined for anything else, and for sizes that are not exact integers.
 * Units are powers of 1024, in either case. `units` limits them: `MG` takes no `K`.
 */
export function parseBinarySize(text: string, units = 'KMGT'): number | undefined {
  const match = /^(\d+)(?: ?([KMGT])(?:i?B)?| ?B)?$/i.exec(text);
  if (!match) return undefined;
  const unit = (match[2] ?? '').toUpperCase();
  const bytes = Number(match[1]) * 1024 ** EXPONENTS[unit]!;
  return units.includes(unit) && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** `1 234 567` → `1.2 MiB`. */
export function showBytes(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
