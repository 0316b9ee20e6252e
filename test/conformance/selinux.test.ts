// SELinux labels, told by libselinux's matchpathcon on the same rules, and found in the images.
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { type ByteString, fromText } from '../../src/bytes/index.js';
import { EMPTY, quietRun } from '../../src/io/index.js';
import { readContexts } from '../../src/live/selinux/contexts.js';
import { findPolicy, labelled } from '../../src/live/selinux/index.js';
import { scanDirectory } from '../../src/source/index.js';
import { directory, FileTree, file, type Node, walk } from '../../src/tree/index.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const fixture = join(import.meta.dirname, '../../fixtures/selinux/file_contexts');
const modes: Partial<Record<Node['kind'], string>> = {
  file: 'file',
  directory: 'dir',
  symlink: 'link',
  'block-device': 'blk',
  'character-device': 'chr',
  fifo: 'pipe',
  socket: 'sock',
};

const PATHS = [
  ...['/', '/anything', '/aquota.user', '/quota.group', '/bin/sh', '/boot', '/boot/vmlinuz', '/boot/lost+found'],
  ...[
    '/boot/lost+found/x',
    '/dev/sda1',
    '/dev/null',
    '/dev/sr0',
    '/etc',
    '/etc/passwd',
    '/etc/passwd-',
    '/etc/passwdx',
  ],
  ...[
    '/etc/pki/keys',
    '/etc/ssh/keys/id',
    '/etc/ssh/keysx',
    '/etc/shadow',
    '/etc/shadow-',
    '/etc/localtime',
    '/etc/hosts',
  ],
  ...['/lib/modules/6.1/modules.dep', '/lib/modules/6.1/kernel/x.ko', '/lib64/libc.so', '/run/x', '/tmp/x', '/usr/x'],
  ...[
    '/usr/lib',
    '/usr/lib/x',
    '/usr/local/lib/x',
    '/usr/bin/passwd',
    '/usr/bin/x',
    '/usr/lib/systemd/system/a.service',
  ],
  ...[
    '/usr/share/zoneinfo/UTC',
    '/usr/share/a/b.so.1',
    '/usr/share/a/b.sox',
    '/var/lib/x',
    '/var/lib/xx',
    '/var/lib/xxx',
  ],
  ...[
    '/var/run/socket',
    '/var/lib/pipe',
    '/opt/with.dot',
    '/opt/withxdot',
    '/opt/local/x',
    '/home/user',
    '/home/user/.ssh',
  ],
];

const more = {
  homedirs: '/home/[^/]+	-d	user_u:object_r:user_home_dir_t:s0\n/home/[^/]+/.+	user_u:object_r:user_home_t:s0\n',
  local: '/opt/local(/.*)?	system_u:object_r:local_t:s0\n/usr/bin/x	system_u:object_r:x_exec_t:s0\n',
};
const substitutions = { subs: '/etc/pki /etc/ssh\n', subs_dist: '/lib64 /lib\n/run /var/run\n' };

/** matchpathcon reads the files with suffixes next to the rules. */
function rulesIn(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'file_contexts');
  copyFileSync(fixture, path);
  for (const [suffix, text] of Object.entries({ ...more, ...substitutions })) writeFileSync(`${path}.${suffix}`, text);
  return path;
}

const pairs = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => line.split(' ') as [string, string]);

oracle('matchpathcon')('every path of every kind has the label that libselinux finds', () => {
  const rules = rulesIn(join(scratch, 'rules'));
  const contexts = readContexts(
    [
      { path: rules, text: readFileSync(rules, 'latin1') },
      { path: `${rules}.homedirs`, text: more.homedirs },
      { path: `${rules}.local`, text: more.local },
    ],
    [pairs(substitutions.subs), pairs(substitutions.subs_dist)],
  );
  for (const [kind, mode] of Object.entries(modes)) {
    const { stdout, stderr } = judge('matchpathcon', ['-n', '-m', mode, '-f', rules, ...PATHS]);
    const expected = stdout.trimEnd().split('\n');
    expect(expected, stderr).toHaveLength(PATHS.length);
    const found = PATHS.map((path) => contexts.label(fromText(path), kind as Node['kind']) ?? '<<none>>');
    expect(found.map((label, i) => `${PATHS[i]} ${label}`)).toEqual(expected.map((label, i) => `${PATHS[i]} ${label}`));
  }
});

oracle('matchpathcon')('blanks of every kind around the parts of a rule, and lines without one', () => {
  const path = join(scratch, 'blanks');
  const lines = [
    ' /lead\tu:o:lead_t:s0',
    '\t \t/mixed\t  \tu:o:mixed_t:s0 \t ',
    '/typed \t --\t u:o:typed_t:s0',
    '/carriage\tu:o:carriage_t:s0\r',
    '/feed\fu:o:feed_t:s0',
    '/tab\vu:o:tab_t:s0',
    '',
    ' \t',
    '  # a remark u:o:remark_t:s0',
    '/none\t<<none>>',
    '/last u:o:last_t:s0-s0:c0.c1023',
  ];
  const text = lines.join('\n');
  writeFileSync(path, `${text}\n`);
  const contexts = readContexts([{ path, text }]);
  const paths = ['lead', 'mixed', 'typed', 'carriage', 'feed', 'tab', 'none', 'last', 'other'].map(
    (name) => `/${name}`,
  );
  const { stdout } = judge('matchpathcon', ['-n', '-m', 'file', '-f', path, ...paths]);
  // It has no word for a path that no rule knows but the one for a rule that says so.
  const found = paths.map((asked) => contexts.label(fromText(asked), 'file') ?? '<<none>>');
  expect(found).toEqual(stdout.trimEnd().split('\n'));
});

test('rules of a thousand directories are found without trying them all', () => {
  const lines = Array.from({ length: 5000 }, (_, i) => `/usr/d${i}/(.*/)?x(/.*)?	u:r:t${i}:s0`);
  const contexts = readContexts([{ path: 'rules', text: lines.join('\n') }]);
  for (let i = 0; i < 50_000; i++) contexts.label(`/usr/d${i % 5000}/y/z` as ByteString, 'file');
  expect(contexts.label('/usr/d4999/y/x/z' as ByteString, 'file')).toBe('u:r:t4999:s0');
});

test('expressions that take other engines for ever are matched at once', () => {
  const name = 'a'.repeat(200);
  const rules = [
    ['/usr/(a+)+', true],
    ['/usr/(a|a)*(a|a)*(a|aa)*b', false],
    [`/usr/${'(a|a)?'.repeat(30)}${'a'.repeat(30)}b`, false],
    ['/usr/(.*)*/(.*)*/(.*)*x', false],
  ] as const;
  for (const [expression, isMatch] of rules) {
    const contexts = readContexts([{ path: 'rules', text: `${expression} u:o:t:s0\n` }]);
    expect([expression, contexts.label(`/usr/${name}` as ByteString, 'file')]).toEqual([
      expression,
      isMatch ? 'u:o:t:s0' : undefined,
    ]);
  }
});

test('an expression that cannot be matched in bounded time is refused with its line when a path asks for it', () => {
  const contexts = readContexts([{ path: 'rules', text: '# first\n/etc/(?!x).* u:o:t:s0\n' }]);
  expect(contexts.label('/usr/x' as ByteString, 'file')).toBeUndefined();
  expect(() => contexts.label('/etc/y' as ByteString, 'file')).toThrow(
    expect.objectContaining({ code: 'live.file-contexts', place: { path: 'rules', line: 2 } }),
  );
});

test('names that are not UTF-8 are matched byte by byte', () => {
  const contexts = readContexts([{ path: 'rules', text: '/etc/caf. u:o:t:s0\n/etc/caf.. u:o:two:s0\n' }]);
  expect(contexts.label('/etc/caf\xe9' as ByteString, 'file')).toBe('u:o:t:s0');
  expect(contexts.label(fromText('/etc/café'), 'file')).toBe('u:o:two:s0');
});

test('a tree of any depth is labelled as far as Linux has paths, and two names of an entry stay one entry', () => {
  const linked = file(EMPTY);
  let top = directory({}, [['linked' as ByteString, linked]]);
  for (let level = 0; level < 20_000; level++) top = directory({}, [['d' as ByteString, top]]);
  const tree = new FileTree(directory({}, [['a' as ByteString, linked], ...top.entries]));
  const contexts = readContexts([{ path: 'rules', text: '/.* u:o:t:s0\n' }]);
  const labelledTree = labelled(tree, { name: 'x', contexts });
  const visits = [...walk(labelledTree)];
  const hasLabel = ({ node: { xattrs } }: (typeof visits)[number]) =>
    Buffer.from(xattrs[0]?.value ?? []).toString('latin1') === 'u:o:t:s0\0';
  expect(visits.length).toBe(20_003);
  for (const visit of visits)
    expect(hasLabel(visit), visit.path).toBe(visit.path.length < 4096 || visit.name === 'linked');
  expect(visits.at(-1)!.node).toBe(labelledTree.get('a' as ByteString));
});

test.each([
  ['/etc/x', 'A rule is'],
  ['/etc/x -- a:b:c d', 'A rule is'],
  ['/etc/( a:b:c', 'is not a regular expression'],
])('%s is no rule', (line, message) => {
  const read = () => readContexts([{ path: 'rules', text: `# first\n${line}\n` }]);
  expect(read).toThrow(message);
  expect(read).toThrow(expect.objectContaining({ code: 'live.file-contexts', place: { path: 'rules', line: 2 } }));
});

test('a tree is labelled by its own policy; mount points of the running system are not', async () => {
  const root = join(scratch, 'tree');
  const policy = join(root, 'etc/selinux/mine/contexts/files');
  rulesIn(policy);
  writeFileSync(join(root, 'etc/selinux/config'), '# which\nSELINUX=enforcing\nSELINUXTYPE=mine\n');
  for (const name of ['etc/hosts', 'proc/x', 'usr/bin/passwd', 'tmp/x']) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), '');
  }
  symlinkSync('passwd', join(root, 'usr/bin/link'));
  const tree = await scanDirectory(fromText(root), { run: quietRun() });
  const found = await findPolicy(tree, 'targeted');
  expect(found?.name).toBe('mine');
  const result = labelled(tree, found!);
  const label = (path: string) =>
    result.get(path)?.xattrs.map(({ name, value }) => `${name}=${Buffer.from(value).toString('latin1')}`);
  expect(label('/')).toEqual(['security.selinux=system_u:object_r:root_t:s0\0']);
  expect(label('etc/hosts')).toEqual(['security.selinux=system_u:object_r:net_conf_t:s0\0']);
  expect(label('usr/bin/link')).toEqual(['security.selinux=system_u:object_r:bin_t:s0\0']);
  expect([label('proc'), label('proc/x'), label('tmp/x')]).toEqual([[], [], []]);
  expect(await findPolicy(labelled(tree, found!), '../../etc')).toMatchObject({ name: 'mine' });
});

test.runIf(hasGrub)('the root image of a medium has the labels', async () => {
  const iso = smallIso(scratch);
  rulesIn(join(iso.root, 'etc/selinux/targeted/contexts/files'));
  iso.describe('firmware="efi"');
  const { image, selinux } = await iso.press();
  expect(selinux).toBe('targeted');
  const packed = join(scratch, 'labels.squashfs');
  judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/LiveOS/squashfs.img', packed]);
  judge('unsquashfs', ['-f', '-d', join(scratch, 'labels'), packed]);
  const { stdout } = judge('debugfs', [
    '-R',
    'ea_get /etc/hostname security.selinux',
    join(scratch, 'labels/LiveOS/rootfs.img'),
  ]);
  expect(stdout).toContain('system_u:object_r:etc_t:s0');
});
