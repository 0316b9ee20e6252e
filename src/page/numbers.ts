// Numbers as a page shows them.

/** `1 234 567`, with thin spaces that do not break. */
export function grouped(value: number): string {
  return value.toLocaleString('en-US').replaceAll(',', '\u202f');
}

/** `12.3 %`, `0.04 %`; `< 0.01 %` for less than that. */
export function share(part: number, whole: number): string {
  const percent = whole > 0 ? (part / whole) * 100 : 0;
  if (percent > 0 && percent < 0.01) return '<\u202f0.01\u202f%';
  return `${percent.toFixed(percent >= 10 || percent === 0 ? 1 : 2)}\u202f%`;
}

/** A coordinate of a drawing. */
export function coordinate(value: number): string {
  return String(Math.round(value * 100) / 100);
}

/** `1 file`, `2 files`. */
export function counted(count: number, word: string): string {
  return `${grouped(count)} ${count === 1 ? word : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`}`;
}
