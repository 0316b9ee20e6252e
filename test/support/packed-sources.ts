// Sources packed with fixed options, to compare what the command reads from them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isopress } from './command.js';

let made = 0;

/** A function that packs a source, named from `directory`, and gives the bytes of its squashfs. */
export function packerIn(directory: string) {
  return (source: string, ...options: string[]): Buffer => {
    const target = join(directory, `image${++made}`);
    const fixed = ['--compression', 'gzip', '--epoch', '1', '--seed', 's', '--loss', 'ignore', '--quiet'];
    const { status, stderr } = isopress(['squashfs', source, target, ...fixed, ...options], { cwd: directory });
    expect([source, stderr, status]).toEqual([source, '', 0]);
    return readFileSync(target);
  };
}

/** The same bytes; a difference is not printed. */
export function expectSame(one: Buffer, other: Buffer): void {
  expect(one.equals(other)).toBe(true);
}
