// Numbers as people write them on a command line, and as they like to read them.

import { InvalidArgumentError } from 'commander';
import { parseBinarySize } from '../bytes/index.js';

export { showBytes } from '../bytes/index.js';

/** `90`, `12h`, `30d`: seconds. */
export function parseDuration(text: string): number {
  const [, count, unit = 's'] = /^(\d{1,9})([smhdw])?$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('Give a number of seconds, or one with s, m, h, d or w.');
  return Number(count) * SECONDS[unit as keyof typeof SECONDS];
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `4096`, `128K`, `1M`, `2GiB` → bytes. Units are binary, as in mksquashfs and mke2fs. */
export function parseSize(text: string): number {
  const bytes = parseBinarySize(text);
  if (bytes === undefined) throw new InvalidArgumentError('Give bytes, or a number with K, M, G or T.');
  return bytes;
}

/** A size, or the word `auto`. */
export function parseSizeOrAuto(text: string): number | 'auto' {
  return text === 'auto' ? 'auto' : parseSize(text);
}

/** A whole number within bounds. */
export function parseInteger(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
    return value;
  };
}

/** 32-bit hexadecimal identities such as a FAT serial: `1a2b-3c4d`, `0x1a2b3c4d`. */
export function parseHex32(text: string): number {
  const match = /^(?:0x)?([0-9a-f]{1,4})-?([0-9a-f]{4})$/i.exec(text) ?? /^(?:0x)?()([0-9a-f]{1,8})$/i.exec(text);
  if (!match) throw new InvalidArgumentError('Give up to eight hexadecimal digits.');
  return Number.parseInt(match[1]! + match[2]!, 16);
}

/** `1 entry`, `2 entries`. */
export function showEntries(count: number): string {
  return `${count} ${count === 1 ? 'entry' : 'entries'}`;
}

/** Milliseconds → `0.4 s`, `12.0 s`, `2 min 05 s`. */
export function showDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

/** Milliseconds → seconds for reports, to the millisecond. */
export function seconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1000;
}
