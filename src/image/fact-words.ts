// Details of a format in words and units, for people.

import { showBytes } from '../bytes/index.js';
import type { FormatFacts } from '../tree/index.js';

/** Names and values of details: `block size`, `128.0 KiB`. */
export function factWords(details: FormatFacts['details']): [name: string, value: string][] {
  return Object.entries(details).map(([key, value]) => [inWords(key), withUnit(key, value)]);
}

/** `blockSize` → `block size`. */
function inWords(key: string): string {
  return key.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function withUnit(key: string, value: string | number): string {
  if (typeof value === 'number') return /(?:size|bytes)$/i.test(key) && value >= 1024 ? showBytes(value) : `${value}`;
  // 2023-11-14T22:13:20.000Z
  return value.replace(/^(\d{4,}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.0+)?Z$/, '$1 $2 UTC');
}
