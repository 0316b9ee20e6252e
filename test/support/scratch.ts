// A private directory per test file, removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export function scratchDirectory(): string {
  const dir = mkdtempSync(join(process.env['ISOPRESS_TEST_TMP'] ?? tmpdir(), 'isopress-test-'));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
