// Plans and reports as text for people and as JSON for programs. Both come from the same plain data.

/** A copy fit for JSON: byte tables become their length, maps become objects, undefined goes. */
export function jsonData(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return { length: (value as unknown as { length: number }).length };
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), jsonData(item)]));
  if (Array.isArray(value)) return value.map(jsonData);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, jsonData(item)]));
}

const MOST_ROWS = 40;

/** Nested plain data as indented `key: value` lines; long lists are cut and say so. */
export function textLines(value: unknown, indent = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${indent}${String(value)}`];
  const lines: string[] = [];
  const entries = Object.entries(value);
  for (const [key, item] of entries.slice(0, MOST_ROWS)) {
    if (item === undefined) continue;
    const label = Array.isArray(value) ? '-' : `${spaced(key)}:`;
    if (isRow(item)) lines.push(`${indent}${label} ${rowText(item)}`);
    else lines.push(`${indent}${label}`, ...textLines(item, `${indent}  `));
  }
  if (entries.length > MOST_ROWS) lines.push(`${indent}… ${entries.length - MOST_ROWS} more`);
  return lines;
}

/** Fits one line: a scalar, or an object of scalars with few keys. */
function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const items = Object.values(value);
  return items.length <= 8 && items.every((item) => typeof item !== 'object' || item === null);
}

function rowText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.join(', ');
  const known = Object.entries(value).filter(([, item]) => item !== undefined);
  return known.map(([key, item]) => `${spaced(key)} ${item}`).join(', ');
}

/** `volumeSpaceSize` → `volume space size`. */
function spaced(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
