// A scanned directory against what the kernel, getfattr and the tools that made it say of it.
import { execFileSync } from 'node:child_process';
import { linkSync, lstatSync, mkdirSync, openSync, symlinkSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { loadNative } from '../../src/native/index.js';
import { scanDirectory } from '../../src/source/index.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import type { File } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const engines = (['native', 'portable'] as const).filter((engine) => engine === 'portable' || loadNative().addon);
const asRoot = kernelOracle('getfattr', 'setfattr', 'setfacl', 'setcap', 'mknod', 'mkfifo', 'touch', 'chown', 'mount');

/** Runs a tool in the directory; arguments are byte strings. */
function run(dir: string, tool: string, ...args: string[]): void {
  execFileSync('sh', ['-c', `cd "$0" && exec "$@"`, dir, tool, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Like {@link run} with a command line for the shell, for names that are not UTF-8. */
function shell(dir: string, command: string): void {
  execFileSync('bash', ['-c', command], { cwd: dir, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Every kind of entry with every kind of attribute that Linux lets a directory have. */
async function makeEverything(dir: string): Promise<void> {
  mkdirSync(join(dir, 'sub/deeper'), { recursive: true });
  writeFileSync(join(dir, 'empty'), '');
  writeFileSync(join(dir, 'text'), 'some text\n'.repeat(1000));
  writeFileSync(join(dir, 'sub/large'), noise(3_500_000, 3));
  truncateSync(openSparse(join(dir, 'sparse')), 20_000_000);
  makeLinksAndSpecials(dir);
  await makeSocket(join(dir, 'socket'));
  shell(
    dir,
    String.raw`touch $'not-\xff\xfe-utf8' $'new\nline' $'back\\slash' 'sp ace' $'\x01control' "$(printf 'n%.0s' {1..255})"`,
  );
  shell(dir, String.raw`mkdir $'dir-\xe9' && touch $'dir-\xe9/inner' && ln -s $'to-\xe9' $'dir-\xe9/link'`);
  setOwnersAndModes(dir);
  setAttributes(dir);
  setTimes(dir);
}

function openSparse(path: string): string {
  const fd = openSync(path, 'w');
  writeSync(fd, noise(100_000, 5), 0, 100_000, 8_388_608);
  writeSync(fd, Buffer.from('end'), 0, 3, 16_777_213);
  return path;
}

function makeLinksAndSpecials(dir: string): void {
  linkSync(join(dir, 'text'), join(dir, 'sub/text-again'));
  symlinkSync('text', join(dir, 'link'));
  linkSync(join(dir, 'link'), join(dir, 'sub/link-again'));
  symlinkSync('nowhere/'.repeat(500), join(dir, 'long-link'));
  run(dir, 'mknod', 'block', 'b', '8', '17');
  run(dir, 'mknod', 'block-wide', 'b', '4095', '1048575');
  run(dir, 'mknod', 'character', 'c', '1', '3');
  run(dir, 'mknod', 'whiteout', 'c', '0', '0');
  run(dir, 'mknod', 'character-wide', 'c', '259', '66051');
  run(dir, 'mkfifo', 'pipe');
  for (const name of ['character', 'pipe']) linkSync(join(dir, name), join(dir, `sub/${name}-again`));
}

/** Closing a server removes the name it listens on; renamed before, the socket stays. */
async function makeSocket(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}.tmp`, resolve));
  execFileSync('mv', [`${path}.tmp`, path]);
  await new Promise((resolve) => server.close(resolve));
}

function setOwnersAndModes(dir: string): void {
  run(dir, 'chown', '4294967294:4294967294', 'text');
  run(dir, 'chown', '65536:70000', 'sub');
  run(dir, 'chown', '-h', '2147483648:1', 'long-link');
  run(dir, 'chmod', '7777', 'empty');
  run(dir, 'chmod', '0000', 'sub/large');
  run(dir, 'chmod', '3711', 'sub/deeper');
  run(dir, 'chmod', '0640', 'block');
}

function setAttributes(dir: string): void {
  run(dir, 'setfattr', '-n', 'user.comment', '-v', 'of a file', 'text');
  run(dir, 'setfattr', '-n', 'user.empty', 'text');
  run(dir, 'setfattr', '-n', 'user.long', '-v', 'x'.repeat(2000), 'sub/large');
  run(dir, 'setfattr', '-n', 'user.on-directory', '-v', '0xff00ff', 'sub');
  run(dir, 'setfattr', '-n', 'trusted.top', '-v', 'top', '.');
  run(dir, 'setcap', 'cap_net_raw,cap_net_admin+ep', 'empty');
  run(dir, 'setfacl', '-m', 'u:1000:rw,g:2000:r', 'sparse');
  run(dir, 'setfacl', '-d', '-m', 'u:1000:rwx', 'sub/deeper');
}

/** Attributes that only the addon can read: of what cannot be opened, and with names that are not UTF-8. */
function setHiddenAttributes(dir: string): void {
  for (const name of ['link', 'block', 'pipe', 'socket']) {
    run(dir, 'setfattr', '-h', '-n', `trusted.of-${name}`, '-v', name, name);
  }
  shell(dir, String.raw`setfattr -n $'user.\xe9\xff' -v latin text`);
}

function setTimes(dir: string): void {
  const set = (name: string, time: string) => run(dir, 'touch', '-h', '-d', `${time} UTC`, name);
  set('text', '1969-12-31 23:59:59.999999999');
  set('empty', '1901-12-14 00:00:00');
  set('link', '2038-01-19 03:14:08.000000001');
  set('block', '2106-02-07 06:28:16');
  set('pipe', '2400-01-01 00:00:00.5');
  set('sub/deeper', '1955-11-05 01:02:03.123456789');
  set('.', '2001-09-09 01:46:40.987654321');
}

async function scan(dir: string, engine: 'native' | 'portable'): Promise<{ tree: FileTree; notes: string[] }> {
  const notes: string[] = [];
  return { tree: await scanDirectory(fromText(dir), { engine, note: (text) => notes.push(text) }), notes };
}

describe.each(engines)('a scanned directory, %s engine', (engine) => {
  const top = join(scratch, engine);

  asRoot('every kind of entry as the kernel shows it', async () => {
    mkdirSync(top);
    await makeEverything(top);
    if (engine === 'native') setHiddenAttributes(top);
    const { tree, notes } = await scan(top, engine);
    const expected = describeDirectory(top);
    expect(await describeTree(tree)).toEqual(expected);
    expectEverything(expected);
    if (engine === 'native') expect(notes).toEqual([]);
  });

  asRoot('attributes of what cannot be opened: read by the addon, told by the portable engine', async () => {
    const dir = `${top}-hidden`;
    mkdirSync(dir);
    await makeEverything(dir);
    setHiddenAttributes(dir);
    const { tree, notes } = await scan(dir, engine);
    const names = (path: string) => tree.get(path)!.xattrs.map((xattr) => xattr.name as string);
    if (engine === 'native') {
      expect(names('link')).toEqual(['trusted.of-link']);
      expect(names('block')).toEqual(['trusted.of-block']);
      expect(names('text')).toEqual(['user.comment', 'user.empty', 'user.\xe9\xff']);
      expect(notes).toEqual([]);
    } else {
      expect(names('link')).toEqual([]);
      expect(names('text')).toEqual(['user.comment', 'user.empty']);
      expect(notes.map((note) => note.replace(/\d+/, 'N'))).toEqual([
        expect.stringContaining('of N symbolic links, devices, pipes and sockets were not read'),
        expect.stringContaining('N extended attributes with names that are not UTF-8'),
      ]);
    }
  });

  asRoot('a mounted file system is entered, or left as an empty directory', async () => {
    const dir = `${top}-mounted`;
    mkdirSync(join(dir, 'mnt'), { recursive: true });
    run(dir, 'mount', '-t', 'tmpfs', '-o', 'size=1m,mode=0711', 'tmpfs', 'mnt');
    try {
      writeFileSync(join(dir, 'mnt/inside'), 'x');
      const paths = async (oneFileSystem: boolean) => {
        const tree = await scanDirectory(fromText(dir), { engine, oneFileSystem });
        expect(tree.get('mnt')).toMatchObject({ kind: 'directory', mode: 0o711 });
        return [...walk(tree)].map((visit) => visit.path);
      };
      expect(await paths(false)).toEqual(['', 'mnt', 'mnt/inside']);
      expect(await paths(true)).toEqual(['', 'mnt']);
    } finally {
      run(dir, 'umount', 'mnt');
    }
  });

  asRoot('holes are where nothing is allocated', async () => {
    const dir = `${top}-holes`;
    mkdirSync(dir);
    truncateSync(openSparse(join(dir, 'sparse')), 20_000_000);
    const { tree } = await scan(dir, engine);
    const { content } = tree.get('sparse') as File;
    const hole = content.holes!.reduce((sum, range) => sum + range.length, 0);
    const { blocks, size } = lstatSync(join(dir, 'sparse'));
    expect(content.size).toBe(size);
    expect(size - hole).toBeLessThanOrEqual(blocks * 512);
    expect(size - hole).toBeGreaterThanOrEqual(100_003);
  });
});

/** That the directory really had what the comparison is about. */
function expectEverything(entries: Map<string, EntryDescription>): void {
  expect(entries.get('block-wide')?.device).toEqual([4095, 1048575]);
  expect(entries.get('text')).toMatchObject({ uid: 4294967294, mtime: { seconds: -1, nanoseconds: 999_999_999 } });
  expect(entries.get('sub/link-again')).toMatchObject({ kind: 'symlink', linkedTo: 'link' });
  expect(entries.get('sub/character-again')).toMatchObject({ linkedTo: 'character', device: [1, 3] });
  expect(entries.get('socket')?.kind).toBe('socket');
  expect(entries.get('not-\xff\xfe-utf8')?.kind).toBe('file');
  expect(entries.get('link')?.mtime).toEqual({ seconds: 2 ** 31, nanoseconds: 1 });
  expect(entries.get('empty')?.xattrs).toEqual([expect.stringMatching(/^security\.capability=/)]);
  expect(entries.get('sub/deeper')?.xattrs).toEqual([expect.stringMatching(/^system\.posix_acl_default=/)]);
  expect(entries.get('')?.xattrs).toEqual(['trusted.top=746f70']);
  expect(entries.get('text')?.xattrs).toContain('user.empty=');
}
