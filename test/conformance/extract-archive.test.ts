// `extract IMAGE -`: the archive, unpacked by GNU tar and by bsdtar, is the tree that the image was made of.
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect } from 'vitest';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const isRoot = process.getuid?.() === 0;
const shell = (script: string, ...args: string[]) => judge('bash', ['-c', script, ...args]);

/** Everything that stat, getfattr and the bytes say of every entry; a directory's size is its file system's. */
function described(directory: string): string {
  const script = `cd "$0" && find . -not -name lost+found \\( -type d -printf '%p %y %m %U %G %T@\\n' -o -printf '%p %y %m %U %G %s %T@ %l %n\\n' \\) | grep -v '^[.] ' | sort
    getfattr -R -h -d -m - -e hex . 2>/dev/null; find . -type f -print0 | sort -z | xargs -0 sha256sum`;
  return shell(script, directory).stdout;
}

beforeAll(() => {
  const deep = `tree/${'n'.repeat(90)}/${'m'.repeat(90)}`;
  for (const name of ['tree/etc', 'tree/dir/sub', deep]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('tree/etc/a'), 'hi\n', { mode: 0o644 });
  writeFileSync(at(`${deep}/${'f'.repeat(40)}`), 'long\n');
  writeFileSync(at('tree/grün'), 'umlaut');
  writeFileSync(Buffer.from(`${at('tree/caf')}\xe9`, 'latin1'), 'x');
  writeFileSync(at('tree/big'), noise(3_000_000, 1));
  writeFileSync(at('tree/empty'), '');
  writeFileSync(at('tree/sparse'), '');
  for (const [name, size] of [
    ['hole', 3_145_728],
    ['sparse', 50_000_000],
  ] as const) {
    writeFileSync(at(`tree/${name}`), '');
    truncateSync(at(`tree/${name}`), size);
  }
  shell('printf data | dd of="$0" bs=1 seek=20000000 conv=notrunc status=none', at('tree/sparse'));
  symlinkSync('z'.repeat(150), at('tree/longlink'));
  symlinkSync('../etc/a', at('tree/dir/link'));
  shell('cd "$0" && ln etc/a dir/hard && mkfifo fifo && setfattr -n user.test -v "a value=1" etc/a', at('tree'));
  if (isRoot) {
    shell(
      'cd "$0" && mknod dev b 8 300 && chown 70000:3000000 big && chown -h 1:2 dir/link && chmod 6755 etc/a',
      at('tree'),
    );
    shell(
      'cd "$0" && setcap cap_net_raw+ep empty && setfacl -m u:1234:rw,g:55:r big && setfacl -d -m u:7:rwx dir',
      at('tree'),
    );
  }
  utimesSync(at('tree/dir/sub'), -86_400, -86_400);
  shell(`touch -d '2024-01-01 01:02:03.123456789' "$0"`, at('tree/etc/a'));
});

oracle(
  'tar',
  'bsdtar',
  'getfattr',
  'setfacl',
  'setcap',
)('a tree with everything, through ext4', () => {
  expect(oraclesRequired && !isRoot).toBe(false);
  expect(isopress(['ext4', at('tree'), at('t.img'), '--quiet', '--loss', 'ignore']).status).toBe(0);
  const archive = () =>
    execFileSync(process.execPath, [MAIN, 'extract', at('t.img'), '-', '--quiet'], { maxBuffer: 2 ** 27 });
  writeFileSync(at('t.tar'), archive());
  expect(archive().equals(execFileSync('cat', [at('t.tar')], { maxBuffer: 2 ** 27 }))).toBe(true);
  for (const name of ['gnu', 'bsd']) mkdirSync(at(name));
  const gnu = ['-xpf', at('t.tar'), '-C', at('gnu'), '--xattrs', '--xattrs-include=*', '--acls', '--numeric-owner'];
  expect(judge('tar', gnu).status).toBe(0);
  // Names that are not ASCII need a locale there.
  const bsd = ['-xpf', at('t.tar'), '-C', at('bsd'), '--acls', '--xattrs', '--numeric-owner'];
  expect(judge('bsdtar', bsd, { env: { LC_ALL: 'C.UTF-8' } }).status).toBe(0);
  const expected = described(at('tree'));
  expect(expected.length).toBeGreaterThan(2000);
  expect(described(at('gnu'))).toBe(expected);
  expect(described(at('bsd'))).toBe(expected);
  const blocks = Number(shell('stat -c %b "$0"', at('gnu/sparse')).stdout);
  expect(blocks).toBeLessThan(1000);
});

oracle('tar')('some entries, and those of a path in a path', () => {
  expect(isopress(['squashfs', at('tree'), at('t.sq'), '--quiet', '--loss', 'ignore']).status).toBe(0);
  const listed = (...args: string[]) =>
    shell('node=$0 main=$1; shift; "$node" "$main" extract "$@" --quiet | tar -t', process.execPath, MAIN, ...args)
      .stdout;
  expect(listed(at('t.sq'), '-', 'etc', 'fi*')).toBe('./\n./etc/\n./etc/a\n./fifo\n');
  expect(listed(`${at('t.sq')}/dir`, '-', '--exclude', 'hard')).toBe('./\n./link\n./sub/\n');
  expect(listed(at('t.sq'), '-', 'caf\\xe9')).toBe('./\n./caf\\351\n');
});
