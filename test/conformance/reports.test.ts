// Reports of the commands that make live ISOs and bundles are as their schemas say.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reported } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe.runIf(hasGrub)('the reports', () => {
  const small = smallIso(scratch);
  const target = small.directory();
  const { description, root, initrd } = small;
  const given = ['build', '--description', description, '--root', root, '--target-dir', target, '--initrd', initrd];

  test.each([
    ['firmware="efi"', []],
    ['firmware="efi" mediacheck="true"', ['--compression', 'xz', '--udf', 'on', '--media-check', 'rh']],
    ['firmware="efi" filesystem="squashfs"', ['--partition-table', 'gpt-hybrid']],
    ['firmware="efi" bundle_format="%N-%v-%I"', ['--layout', 'grub', '--loss', 'ignore']],
  ])('of a plan and a build: %s %j', (type, options) => {
    small.describe(type);
    const plan = reported([...given, ...options, '--force', '--plan']);
    expect(plan).toMatchObject({ status: 0, report: { report: 'isopress-build-plan/1', name: 'small' } });
    const { status, report } = reported([...given, ...options, '--force']);
    const image = join(target, 'small.x86_64-1.0.0.iso');
    expect({ status, report }).toMatchObject({ status: 0, report: { image, sha256: sha256(image) } });
  });

  test('of a bundle, with the digest of each file', () => {
    const bundle = ['bundle', '--target-dir', target, '--id', '7', '--bundle-dir', join(scratch, 'bundle')];
    const { status, report } = reported(bundle);
    expect(status).toBe(0);
    const files = report['files'] as { path: string; sha256: string; digest?: { name: string; value: string } }[];
    expect(files.length).toBeGreaterThan(1);
    for (const { path, sha256: told, digest } of files) {
      expect(told).toBe(sha256(path));
      if (digest) expect(digest).toEqual({ name: 'sha256', value: told });
    }
  });
});
