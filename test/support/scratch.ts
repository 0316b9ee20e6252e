// A private directory per test file, or per test where a test asks for one, removed afterwards.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished } from 'vitest';
import { getCurrentTest } from 'vitest/suite';

export function scratchDirectory(): string {
  const dir = mkdtempSync(join(process.env['ISOPRESS_TEST_TMP'] ?? tmpdir(), 'isopress-test-'));
  const remove = () => rmSync(dir, { recursive: true, force: true });
  // Hooks of the file that a running test adds are never called.
  if (getCurrentTest()) onTestFinished(remove);
  else afterAll(remove);
  return dir;
}
