// Builds that are like an earlier one: valid, close to it, and with keys that depend on its places.

import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isopress } from '../../../support/command.js';
import { oracle } from '../../../support/oracle.js';
import { scratchDirectory } from '../../../support/scratch.js';
import { type SmallIso, smallIso } from '../../../support/small-iso.js';
import { hasGrub } from '../../../support/small-root.js';
import { noise } from '../../../support/trees.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const ISO = 'small.x86_64-1.0.0.iso';

/** Runs a build, and returns its report and the digest of the ISO. */
function build(...more: string[]) {
  const target = small.directory();
  const words = ['--description', small.description, '--root', small.root, '--target-dir', target];
  const usual = [
    '--initrd',
    small.initrd,
    '--epoch',
    '1700000000',
    '--seed',
    'like',
    '--loss',
    'ignore',
    '--json',
    '--quiet',
  ];
  const { status, stdout, stderr } = isopress(['build', ...words, ...usual, ...more]);
  return { status, stderr, iso: join(target, ISO), report: status === 0 ? JSON.parse(stdout) : undefined };
}

const digestOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Blocks of 4 KiB of a file that another one has at any multiple of 512 bytes. */
function shared(was: string, is: string): number {
  const bytes = readFileSync(was);
  const known = new Set<string>();
  const at = (data: Buffer, place: number) => data.subarray(place, place + 4096).toString('latin1');
  for (let place = 0; place + 4096 <= bytes.length; place += 512) known.add(at(bytes, place));
  const later = readFileSync(is);
  let found = 0;
  for (let place = 0; place + 4096 <= later.length; place += 4096) if (known.has(at(later, place))) found++;
  return found / Math.floor(later.length / 4096);
}

for (const kind of ['ext4', 'squashfs']) {
  const builds = hasGrub ? oracle('e2fsck') : test.skip;
  builds(
    `${kind}: a build is like the one before, the same with a cache, and has another key`,
    { timeout: 120_000 },
    () => {
      small.describe('firmware="efi"');
      // Data that does not compress: blocks that are equal before compression are found in the ISO.
      writeFileSync(join(small.root, 'etc/large'), noise(400_000, 5));
      writeFileSync(join(small.root, 'etc/hostname'), 'small\n');
      rmSync(join(small.root, 'etc/added'), { force: true });
      const options = [
        '--root-filesystem',
        kind,
        '--compression',
        kind === 'ext4' ? 'none' : 'gzip',
        '--block-size',
        '128K',
      ];
      const first = build(...options);
      expect(first).toMatchObject({ status: 0, stderr: '' });
      writeFileSync(join(small.root, 'etc/hostname'), 'another\n'.repeat(1000));
      writeFileSync(join(small.root, 'etc/added'), noise(10_000, 3));
      const alone = build(...options);
      const next = build(...options, '--like', first.iso);
      expect(next).toMatchObject({ status: 0, stderr: '' });
      const { kept, added } = next.report.like;
      expect(kept.files).toBeGreaterThan(250);
      expect(added.files).toBe(1);
      expect(alone.report.like).toBeUndefined();
      if (kind === 'ext4') expect(shared(first.iso, next.iso)).toBeGreaterThan(0.9);
      const inside = `${next.iso}/LiveOS/squashfs.img${kind === 'ext4' ? '/LiveOS/rootfs.img' : ''}`;
      expect(isopress(['verify', inside, '--quiet'])).toMatchObject({ status: 0 });
      expect(isopress(['cat', `${inside}/etc/added`]).stdout.length).toBeGreaterThan(0);
      const cached = build(
        ...options,
        '--like',
        `${first.iso}/LiveOS/squashfs.img`,
        '--cache',
        join(scratch, `kept-${kind}`),
      );
      expect(digestOf(cached.iso)).toBe(digestOf(next.iso));
      const keysOf = (like: string) => build(...options, '--plan', '--like', like).report.keys;
      const [one, other] = [keysOf(first.iso), keysOf(alone.iso)];
      expect(one).toEqual(cached.report.keys);
      expect(one.rootImage).not.toBe(other.rootImage);
      expect(one.initrd).toBe(other.initrd);
    },
  );
}

test.skipIf(!hasGrub)('EROFS: an earlier image is refused before anything is written', () => {
  small.describe('firmware="efi"');
  const { status, stderr } = build('--root-filesystem', 'erofs', '--compression', 'lz4', '--like', small.initrd);
  expect(status).toBe(3);
  expect(stderr).toContain('--like');
});
