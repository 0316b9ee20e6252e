// A root tree that is an archive or an image: the same ISO as of the directory, and clear words for what only a directory can do.
import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const archive = join(scratch, 'root.tar.gz');

function build(root: string, more: readonly string[] = [], input?: Uint8Array) {
  const target = small.directory();
  const where = ['--description', small.description, '--root', root, '--target-dir', target];
  const args = ['build', ...where, '--level', '1', '--quiet'];
  const { status, stderr } = isopress([...args, ...more], input ? { input } : {});
  const digests = Object.fromEntries(
    readdirSync(target).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(target, name)))
        .digest('hex'),
    ]),
  );
  return { status, stderr, digests, image: join(target, 'small.x86_64-1.0.0.iso') };
}

/** Of the current state of a root tree. */
function pack(root = small.root): void {
  const { status, stderr } = judge('tar', ['--format=posix', '-C', root, '-czf', archive, '.']);
  if (status !== 0) throw new Error(stderr);
}

describe.runIf(hasGrub)('a root tree in an archive', () => {
  const given = () => ['--initrd', small.initrd, '--epoch', '1700000000'];

  oracle('tar')('gives the ISO, the package list and the checks of the directory', () => {
    small.describe('firmware="efi"');
    pack();
    const ofDirectory = build(small.root, given());
    expect(ofDirectory.status, ofDirectory.stderr).toBe(0);
    const { 'isopress.result.json': record, ...expected } = ofDirectory.digests;
    expect(record).toBeDefined();
    expect(Object.keys(expected)).toHaveLength(3);
    expect(build(archive, given())).toMatchObject({ status: 0, stderr: '', digests: expected });
    expect(build('-', given(), readFileSync(archive))).toMatchObject({ status: 0, stderr: '', digests: expected });
    const image = join(scratch, 'root.erofs');
    expect(isopress(['erofs', small.root, image, '--quiet'])).toMatchObject({ status: 0, stderr: '' });
    expect(build(image, given())).toMatchObject({ status: 0, stderr: '', digests: expected });
  });

  describe('has its machine id emptied, as a directory has it', () => {
    const cases: [string, string | undefined, string | undefined][] = [
      ['an id', '0123456789abcdef0123456789abcdef\n', ''],
      ['the word for a first boot', 'uninitialized\n', 'uninitialized\n'],
      ['nothing', '', ''],
      ['no file', undefined, undefined],
    ];
    test.each(cases)('with %s', (_, content, expected) => {
      small.describe('firmware="efi" filesystem="squashfs"');
      const root = join(scratch, `machine-id-${cases.findIndex(([, text]) => text === content)}`);
      cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
      rmSync(join(root, 'etc/machine-id'), { force: true });
      if (content !== undefined) writeFileSync(join(root, 'etc/machine-id'), content);
      pack(root);
      const sources = [root, archive];
      for (const source of sources) {
        const { status, stderr, image } = build(source, given());
        expect(status, stderr).toBe(0);
        const inside = `${image}!/LiveOS/squashfs.img`;
        if (expected === undefined) expect(isopress(['ls', inside, 'etc/machine-id']).status).toBe(3);
        else expect(isopress(['cat', inside, 'etc/machine-id'])).toMatchObject({ status: 0, stdout: expected });
      }
      if (content !== undefined) expect(readFileSync(join(root, 'etc/machine-id'), 'latin1')).toBe(content);
    });
  });

  oracle('tar')('is unpacked for dracut, and nothing of that is left', () => {
    small.describe('firmware="efi"');
    pack();
    // The small tree has no dracut: an archive of it ends as the directory does.
    const ofDirectory = build(small.root);
    const { status, stderr, digests } = build(archive);
    expect({ status, digests }).toEqual({ status: ofDirectory.status, digests: {} });
    expect(status).not.toBe(0);
    expect(stderr.replaceAll(/[^ ]*\.isopress-root-[^ /]+\/root/g, small.root)).toBe(ofDirectory.stderr);
  });

  oracle('tar')('has no place for the scripts and archives of a directory', () => {
    small.describe('firmware="efi" editbootconfig="edit.sh"');
    writeFileSync(join(small.description, 'edit.sh'), 'true\n');
    pack();
    expect(build(archive, given()).stderr).toMatch(
      /config\.xml:\d+:\d+: The script editbootconfig runs in the root tree/,
    );
    small.describe('firmware="efi"');
    const root = join(scratch, 'with-cdroot');
    cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, 'image/config-cdroot.tar'), '');
    pack(root);
    expect(build(archive, given()).stderr).toMatch(/\/image\/config-cdroot\.tar of the root tree cannot be unpacked/);
  });

  test('that is not an archive ends with the place of the fault', () => {
    small.describe('firmware="efi"');
    writeFileSync(archive, 'no archive at all '.repeat(100));
    const { status, stderr, digests } = build(archive, given());
    expect({ status, digests }, stderr).toEqual({ status: 3, digests: {} });
    expect(stderr).toContain('[tar.none]');
  });
});
