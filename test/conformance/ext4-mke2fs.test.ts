// ext4 × mke2fs: options in its own spelling on our command line give the superblock that mke2fs gives.
import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);

/** One row of the table after the other, in the forms that getopt allows. */
const LISTS: readonly (readonly string[])[] = [
  ['-b1024', '-I', '128', '-N', '4000', '-Fqvm2'],
  ['-b', '4k', '-L', 'a label', '-M', '/srv/a b', '-e', 'remount-ro', '-o', 'Linux', '-r', '1', '-i', '16384'],
  ['-b', '4096', '-i', '8k', '-E', 'stride=4,stripe-width=16,lazy_itable_init,nodiscard', '-J', 'size=8', '-O^64bit'],
  ['-b', '2048', '-i', '16384', '-O', 'sparse_super2', '-O', '^has_journal', '-G', '4', '-g', '8192'],
  ['-T', 'largefile', '-b', '4096', '-E', 'hash_seed=01234567-89ab-cdef-0123-456789abcdef'],
  ['-T', 'news', '-b', '4096', '-U', '01234567-89ab-cdef-0123-456789abcdef'],
  ['-T', 'big,small', '-b', '4096', '-m', '0.5'],
];

const FACTS =
  /^(Filesystem (?!UUID|created|state)[\w ]+|Last mounted on|Errors behavior|Inode count|Block count|Reserved block count|First block|Block size|Group descriptor size|Reserved GDT blocks|Blocks per group|Inodes per group|RAID stride|RAID stripe width|Flex block group size|First inode|Inode size|Journal inode|Backup block groups|Checksum type|Mount options|Total journal blocks|Default mount options):.*$/gm;

for (const list of LISTS) {
  oracle(
    'mke2fs',
    'dumpe2fs',
    'e2fsck',
  )(`mke2fs ${list.join(' ')}: an equal superblock`, () => {
    const [ours, theirs] = [at('ours.img'), at('theirs.img')];
    for (const path of [ours, theirs, at('empty')]) rmSync(path, { recursive: true, force: true });
    mkdirSync(at('empty'));
    expect(
      isopress(['ext4', at('empty'), ours, '--size', '300M', '--quiet', '--loss', 'ignore', ...list]),
    ).toMatchObject({ status: 0, stderr: '' });
    writeFileSync(theirs, '');
    truncateSync(theirs, 300 * 2 ** 20);
    expect(judge('mke2fs', ['-q', '-F', '-t', 'ext4', ...list, theirs]).status).toBe(0);
    expect(judge('e2fsck', ['-fn', ours]).status).toBe(0);
    const facts = (image: string) => judge('dumpe2fs', ['-h', image]).stdout.match(FACTS);
    expect(facts(ours)).toEqual(facts(theirs));
    const identity = list.find((word) => word.startsWith('hash_seed=') || word.startsWith('01234567'));
    if (identity) expect(judge('dumpe2fs', ['-h', ours]).stdout).toContain(identity.replace('hash_seed=', ''));
  });
}
