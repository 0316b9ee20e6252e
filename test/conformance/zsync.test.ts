// Updates of a live ISO by zsync, from a web server: the judge of how much of it an earlier one has.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { zsyncShare } from '../../bench/likeness.js';
import { isopress } from '../support/command.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const FILES = 200;
const SIZE = 100_000;
/** Of the ISO, in hundredths. */
const MOST = 6;

const zsync = oracle('zsyncmake', 'zsync', 'nginx', 'cmp');
zsync('one file in a hundred costs a small part of the ISO', { timeout: 120_000, skip: !hasGrub }, () => {
  const { root, describe, description, initrd } = smallIso(scratch);
  describe('firmware="efi"');
  const path = (i: number) => join(root, 'usr/share', `data-${i}`);
  for (let i = 0; i < FILES; i++) writeFileSync(path(i), noise(SIZE, i + 1));
  const build = (name: string, like?: string) => {
    mkdirSync(at(name));
    const input = ['--description', description, '--root', root, '--initrd', initrd, '--target-dir', at(name)];
    const how = ['--root-filesystem', 'ext4', '--block-size', '128K', '--epoch', '1700000000', '--level', '1'];
    const { status, stderr } = isopress(['build', ...input, ...how, '--quiet', ...(like ? ['--like', like] : [])]);
    expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    return join(at(name), 'small.x86_64-1.0.0.iso');
  };
  const first = build('first');
  writeFileSync(path(50), readFileSync(path(50)).fill(1, 5000, 5100));
  writeFileSync(path(150), noise(SIZE + 3000, 7000));
  writeFileSync(path(FILES), noise(20_000, 7001));
  rmSync(path(17));
  const shareOf = (image: string) => zsyncShare(first, image, at('zsync')) * 100;
  expect(shareOf(build('next', first))).toBeLessThanOrEqual(MOST);
  // Without the earlier image most of the ext4 moves: the limit means something.
  expect(shareOf(build('moved'))).toBeGreaterThan(MOST);
});
