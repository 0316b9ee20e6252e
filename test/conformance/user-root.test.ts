// The demo as an ordinary user: files of one owner and a manifest give the archive that they came from. Judge: unsquashfs.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { MAIN } from '../support/command.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const USER = 4321;

/** A tree with what an ordinary user cannot have, packed as mmdebstrap packs. */
function archive(): string {
  const tree = join(scratch, 'source');
  mkdirSync(join(tree, 'dev'), { recursive: true });
  const entries = [
    ['plain', 0, 0, 0o644],
    ['shadow', 0, 42, 0o640],
    ['helper', 0, 105, 0o4754],
    ['closed', 0, 0, 0],
    ['name with blanks "and" \\ more', 7, 8, 0o600],
    ['é', 1, 2, 0o644],
  ] as const;
  for (const [name, uid, gid, mode] of entries) {
    writeFileSync(join(tree, name), name);
    chownSync(join(tree, name), uid, gid);
    chmodSync(join(tree, name), mode);
  }
  symlinkSync('plain', join(tree, 'link'));
  succeed('setcap', ['cap_net_raw=ep', join(tree, 'plain')]);
  const packed = join(scratch, 'root.tar');
  const attributes = ['--xattrs', '--xattrs-include=*', '--format=posix', '--numeric-owner', '--sort=name'];
  succeed('tar', ['--create', '--file', packed, ...attributes, '--directory', tree, '.']);
  return packed;
}

/** Modes, owners, sizes and names as unsquashfs lists them, and attributes as the kernel shows what it unpacks. */
function shown(name: string, source: string, ...more: string[]): string {
  const image = join(scratch, `${name}.sqfs`);
  succeed(process.execPath, [MAIN, 'squashfs', source, image, '--quiet', '--epoch', '0', ...more]);
  const unpacked = join(scratch, `${name}-unpacked`);
  succeed('unsquashfs', ['-q', '-n', '-d', unpacked, image]);
  const capability = succeed('getcap', ['-n', 'plain'], unpacked);
  const listed = succeed('unsquashfs', ['-lln', image])
    .split('\n')
    .filter((line) => line.includes('squashfs-root/'));
  return [...listed, capability].join('\n');
}

kernelOracle(
  'tar',
  'setcap',
  'getcap',
  'unsquashfs',
  'setpriv',
)('what a user unpacks, with its manifest, is what was packed', async () => {
  const packed = archive();
  const expected = shown('archive', packed);
  // As the user who owns nothing else would have it.
  const [tree, manifest] = [join(scratch, 'tree'), join(scratch, 'tree.owners')];
  const copy = join(scratch, 'copy.tar');
  cpSync(packed, copy);
  chmodSync(scratch, 0o777);
  const module = join(import.meta.dirname, '../../scripts/user-root.js');
  const program = `const { unpackForUser } = await import(${JSON.stringify(module)});
      console.log(await unpackForUser(...${JSON.stringify([copy, tree, manifest])}));`;
  const identity = ['--reuid', `${USER}`, '--regid', `${USER}`, '--clear-groups'];
  const args = [...identity, process.execPath, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', cwd: '/' });
  expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
  expect(readFileSync(manifest, 'latin1')).toContain('set /helper owner=0:105 mode=4754');
  expect(shown('tree', tree, '--owner', 'root', '--manifest', manifest)).toBe(expected);
  expect(expected).toContain('cap_net_raw=ep');
});
