// Images as SOURCE: those of other programs keep all that they hold, and the same tree gives the same image whatever it comes from.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const at = (name: string) => join(scratch, name);
const WRITERS = {
  squashfs: ['--compression', 'gzip'],
  ext4: ['--uuid', '11111111-1111-1111-1111-111111111111'],
  erofs: [],
  iso: [],
} as const;

beforeAll(() => {
  mkdirSync(join(tree, 'a/b'), { recursive: true });
  mkdirSync(join(tree, 'empty'));
  writeFileSync(join(tree, 'a/data'), noise(300_000, 1));
  writeFileSync(join(tree, 'a/b/text'), 'text\n'.repeat(1000));
  writeFileSync(Buffer.concat([Buffer.from(`${tree}/a/`), Buffer.from('caf\xe9', 'latin1')]), 'x');
  linkSync(join(tree, 'a/data'), join(tree, 'a/b/link'));
  symlinkSync('b/text', join(tree, 'a/symlink'));
  // A squashfs knows only holes of whole blocks.
  writeFileSync(join(tree, 'holes'), noise(131_072, 2));
  truncateSync(join(tree, 'holes'), 1_048_576);
  if (process.getuid?.() === 0) chownSync(join(tree, 'a/b/text'), 70_000, 70_001);
  chmodSync(join(tree, 'a/b/text'), 0o4750);
  execFileSync('find', [tree, '-exec', 'touch', '-h', '-d', '@1700000000', '{}', '+']);
  for (const [command, options] of Object.entries(WRITERS)) made(command, tree, at(`own.${command}`), options);
});

function made(command: string, source: string, image: string, options: readonly string[] = []): void {
  const words = [command, source, image, '--epoch', '1', '--seed', 's', '--loss', 'ignore', '--force', '--quiet'];
  const { status, stderr } = isopress([...words, ...options]);
  expect([source, stderr, status]).toEqual([source, '', 0]);
}

/** The entries of a directory with their metadata and digests. */
function listed(directory: string): string {
  const facts = judge('find', [directory, '-mindepth', '1', '-printf', '%P|%y|%m|%U|%G|%n|%l|%T@\n']).stdout;
  const sums = judge('bash', [
    '-c',
    'cd "$0" && find . -type f -print0 | sort -z | xargs -0 sha256sum',
    directory,
  ]).stdout;
  return [...facts.split('\n').sort(), ...sums.split('\n')].join('\n');
}

describe('the same tree gives the same image', () => {
  test.each([
    'own.squashfs',
    'own.ext4',
    'own.erofs',
    'tree.tar',
    'tree.tar.gz',
    'tree.cpio',
    'own.squashfs.gz',
    'disc.iso/in/own.erofs',
  ])('from %s', (source) => {
    if (source.startsWith('tree.tar')) succeed('tar', ['-C', tree, '-cSf', at('tree.tar'), '.']);
    if (source === 'tree.cpio')
      succeed('bash', ['-c', 'cd "$0" && find . | cpio --quiet -o -H newc >"$1"', tree, at(source)]);
    if (source.endsWith('.gz')) succeed('gzip', ['-kf', at(source.slice(0, -3))]);
    if (source.startsWith('disc')) {
      mkdirSync(at('disc/in'), { recursive: true });
      succeed('cp', [at('own.erofs'), at('disc/in')]);
      made('iso', at('disc'), at('disc.iso'));
    }
    sameImages(at(source), source === 'tree.cpio' ? ['ext4', 'erofs'] : []);
  });

  /** From archives of other programs, and from what container tools make of them. */
  oracle(
    'bsdtar',
    'umoci',
    'skopeo',
  )('from bsdtar, umoci and skopeo', () => {
    succeed('bsdtar', ['-C', tree, '--format=pax', '-cf', at('bsd.tar'), '.']);
    sameImages(at('bsd.tar'));
    const layout = `${at('layout')}:latest`;
    succeed('umoci', ['init', '--layout', at('layout')]);
    succeed('umoci', ['new', '--image', layout]);
    succeed('umoci', ['raw', 'add-layer', '--image', layout, at('bsd.tar')]);
    sameImages(`oci:${layout}`);
    const copy = ['--insecure-policy', '--tmpdir', scratch, 'copy', '-q', `oci:${layout}`];
    succeed('skopeo', [...copy, `docker-archive:${at('docker.tar')}:tree:latest`]);
    sameImages(`docker-archive:${at('docker.tar')}`);
  });

  function sameImages(source: string, unlike: readonly string[] = []): void {
    for (const [command, options] of Object.entries(WRITERS)) {
      made(command, source, at(`again.${command}`), options);
      const same = Buffer.compare(readFileSync(at(`own.${command}`)), readFileSync(at(`again.${command}`))) === 0;
      // The archive does not say where a file has holes, and these two store files with and without them differently.
      expect([source, command, same || unlike.includes(command)]).toEqual([source, command, true]);
    }
  }

  test('a directory in an image is a whole tree', () => {
    made('squashfs', join(at('own.ext4'), 'a'), at('part.squashfs'));
    made('squashfs', join(tree, 'a'), at('whole.squashfs'));
    expect(Buffer.compare(readFileSync(at('part.squashfs')), readFileSync(at('whole.squashfs')))).toBe(0);
  });
});

const FOREIGN: Record<string, readonly [tools: readonly string[], make: (image: string) => void]> = {
  squashfs: [
    ['mksquashfs'],
    (image) => succeed('mksquashfs', [tree, image, '-comp', 'xz', '-noappend', '-quiet', '-no-progress']),
  ],
  ext4: [['mke2fs'], (image) => succeed('mke2fs', ['-q', '-t', 'ext4', '-d', tree, image, '16M'])],
  erofs: [['mkfs.erofs'], (image) => succeed('mkfs.erofs', ['--quiet', '-zlz4hc', image, tree])],
  iso: [
    ['xorriso'],
    (image) => succeed('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '--hardlinks', '-o', image, tree]),
  ],
};

describe.each(Object.entries(FOREIGN))('an image of another program: %s', (kind, [tools, make]) => {
  kernelOracle(...tools, 'unsquashfs')('is converted with all that it holds', () => {
    const image = at(`foreign.${kind}`);
    make(image);
    made('squashfs', image, at(`${kind}.squashfs`));
    const out = at(`${kind}.out`);
    succeed('unsquashfs', ['-quiet', '-no-progress', '-d', out, at(`${kind}.squashfs`)]);
    expect(listed(out)).toBe(listed(tree));
  });
});

oracle('mkfs.vfat', 'mcopy')('FAT keeps names, contents and times of two seconds', () => {
  const image = at('foreign.fat');
  succeed('mkfs.vfat', ['-C', image, '4096']);
  succeed('mcopy', ['-s', '-i', image, join(tree, 'a/b/text'), join(tree, 'empty'), '::']);
  made('squashfs', image, at('fat.squashfs'));
  expect(isopress(['ls', at('fat.squashfs')]).stdout).toBe('empty\ntext\n');
  expect(isopress(['cat', at('fat.squashfs'), 'text']).stdout).toBe('text\n'.repeat(1000));
});

describe('a source that cannot be one', () => {
  test.each([
    [() => join(at('own.squashfs'), 'a/data'), 3, /neither a directory nor an image\. \[cli\.source-kind\]/],
    [() => join(at('own.squashfs'), 'nothing'), 3, /There is no \/nothing in the image\. \[image\.no-entry\]/],
    [() => join(tree, 'a/b/text/x'), 3, /not an image of a known kind\. \[cli\.source-kind\]/],
    [() => join(tree, 'nothing/x'), 3, /does not exist\. \[cli\.source-missing\]/],
    [() => at('cut.ext4'), 3, /ext4\.truncated/],
  ])('is refused with a sentence, and leaves nothing: %#', (source, status, text) => {
    writeFileSync(at('cut.ext4'), readFileSync(at('own.ext4')).subarray(0, 100_000));
    const result = isopress(['squashfs', source(), at('never'), '--quiet']);
    expect(result.stderr).toMatch(text);
    expect([result.status, judge('bash', ['-c', 'ls "$0" | grep -c never', scratch]).stdout]).toEqual([status, '0\n']);
  });
});
