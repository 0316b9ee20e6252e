// Rounding of byte counts. Every padding and alignment in the project is computed here and nowhere else.

/** Smallest multiple of `unit` that is ≥ `value`. Not limited to 32 bits. */
export function alignUp(value: number, unit: number): number {
  const rest = value % unit;
  return rest === 0 ? value : value + unit - rest;
}

/** Largest multiple of `unit` that is ≤ `value`. */
export function alignDown(value: number, unit: number): number {
  return value - (value % unit);
}

/** How many whole units cover `value`. */
export function divCeil(value: number, unit: number): number {
  return Math.ceil(value / unit);
}

/** Bytes missing from `value` to the next multiple of `unit`, 0 if already aligned. */
export function padding(value: number, unit: number): number {
  return alignUp(value, unit) - value;
}
