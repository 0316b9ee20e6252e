// Discs that xorriso and genisoimage made, as our reader sees them.
import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openIso } from '../../src/format/iso9660/index.js';
import { openFileSource } from '../../src/io/file.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const top = join(scratch, 'tree');

beforeAll(() => {
  mkdirSync(join(top, 'a/b/c/d/e/f/g/h/i'), { recursive: true });
  writeFileSync(join(top, 'a/b/c/d/e/f/g/h/i/deep.txt'), noise(5000, 1));
  writeFileSync(join(top, 'large'), noise(300_000, 2), { mode: 0o640 });
  writeFileSync(join(top, `${'long name '.repeat(20)}.dat`), noise(3, 3));
  writeFileSync(join(top, 'größe.txt'), noise(70_000, 4));
  for (let i = 0; i < 120; i++) writeFileSync(join(top, `entry-${i}`), noise(i, i));
  linkSync(join(top, 'large'), join(top, 'a/same'));
  for (const target of ['large', '/a//b/./../c', `${'../'.repeat(120)}end`, 'x'.repeat(240)]) {
    symlinkSync(target, join(top, `link-${target.length}`));
  }
  if (process.getuid?.() === 0) {
    execFileSync('mknod', [join(top, 'null'), 'c', '1', '3']);
    execFileSync('mkfifo', [join(top, 'pipe')]);
    execFileSync('chown', ['-h', '70000:100000', join(top, 'large'), join(top, 'link-5')]);
  }
  utimesSync(join(top, 'large'), 1e9, 1e9);
});

async function treeOf(image: string, hierarchy?: 'joliet') {
  const source = await openFileSource(fromText(image));
  try {
    return await describeTree(await (await openIso(source)).tree(hierarchy));
  } finally {
    await source.close();
  }
}

/** Whole seconds, as discs keep them; only the time of the top directory is changed by other writers. */
function comparable(entries: ReadonlyMap<string, EntryDescription>, links: boolean) {
  const kept = [...entries].filter(([path]) => path !== '' && path !== 'rr_moved');
  const shown = ({ linkedTo, mtime, ...rest }: EntryDescription) => ({
    ...rest,
    seconds: mtime.seconds,
    ...(links && linkedTo !== undefined ? { linkedTo } : {}),
  });
  return Object.fromEntries(kept.map(([path, entry]) => [path, shown(entry)]));
}

describe('discs of other writers', () => {
  oracle('xorriso')('xorriso, with hard links, attributes and access lists', async () => {
    const image = join(scratch, 'xorriso.iso');
    const isRoot = process.getuid?.() === 0;
    if (isRoot) {
      judge('setfattr', ['-n', 'user.comment', '-v', 'c'.repeat(700), join(top, 'large')]);
      judge('setfacl', ['-m', 'u:1234:rw,g:70000:r,m::rw', join(top, 'entry-1')]);
      judge('setfacl', ['-d', '-m', 'u:99:rwx', join(top, 'a')]);
    }
    const options = [
      '-hardlinks',
      'on',
      '-xattr',
      'on',
      '-acl',
      'on',
      '-joliet',
      'on',
      '-compliance',
      'iso_9660_level=3',
    ];
    const { status, stderr } = judge('xorriso', ['-outdev', image, ...options, '-map', top, '/']);
    expect(status, stderr).toBe(0);
    expect(comparable(await treeOf(image), true)).toEqual(comparable(describeDirectory(top), true));
  });

  for (const options of [
    ['-R', '-J', '-joliet-long'],
    ['-R', '-D'],
    ['-R', '-iso-level', '3', '-no-pad'],
  ]) {
    oracle('genisoimage')(`genisoimage ${options.join(' ')}`, async () => {
      const image = join(scratch, 'genisoimage.iso');
      expect(judge('genisoimage', ['-quiet', '-input-charset', 'utf-8', ...options, '-o', image, top]).status).toBe(0);
      const found = comparable(await treeOf(image), false);
      const expected = comparable(withoutAttributes(describeDirectory(top)), false);
      expect(found).toEqual(expected);
    });
  }

  oracle('xorriso', 'isoinfo')('Joliet, as isoinfo lists it', async () => {
    const image = join(scratch, 'joliet.iso');
    expect(judge('xorriso', ['-as', 'mkisofs', '-quiet', '-J', '-o', image, top]).status).toBe(0);
    // isoinfo knows no UTF-8.
    const isAscii = (path: string) => /^[\x20-\x7e]+$/.test(path);
    const listed = judge('isoinfo', ['-J', '-f', '-i', image]).stdout.split('\n').filter(isAscii);
    const found = [...(await treeOf(image, 'joliet')).keys()].filter(isAscii);
    expect(found.length).toBeGreaterThan(120);
    expect(found.map((path) => `/${path}`).sort()).toEqual(listed.sort());
  });
});

function withoutAttributes(entries: ReadonlyMap<string, EntryDescription>): Map<string, EntryDescription> {
  return new Map([...entries].map(([path, entry]) => [path, { ...entry, xattrs: [] }]));
}
