// Hostile and broken tar archives: every one ends with its own error, and none reaches out of the tree.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { ustarHeader } from '../../../src/source/tar/header.js';
import { readTar } from '../../../src/source/tar/index.js';
import type { FileTree } from '../../../src/tree/file-tree.js';

const run = quietRun();

interface Given {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly data?: string;
  readonly size?: number;
}

/** An archive with these headers, each with its checksum. */
function archive(...entries: readonly Given[]): Uint8Array {
  const blocks = entries.map(({ name, type = '0', link = '', data = '', size }) => {
    const header = ustarHeader.encode({
      ...{ name: fromText(name), mode: 0o644, uid: 1, gid: 2, mtime: 3, checksum: 0 },
      ...{ size: size ?? data.length, type: type.charCodeAt(0), linkName: fromText(link) },
      ...{ magic: new TextEncoder().encode('ustar\x0000'), userName: fromText(''), groupName: fromText('') },
      ...{ major: 0, minor: 0, prefix: fromText('') },
    });
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
    const padded = new Uint8Array(Math.ceil(data.length / 512) * 512);
    padded.set(new TextEncoder().encode(data));
    return Buffer.concat([header, padded]);
  });
  return Buffer.concat([...blocks, new Uint8Array(1024)]);
}

function read(bytes: Uint8Array): Promise<FileTree> {
  const source = bytesSource(bytes);
  return readTar(source, (range) => source.slice(range), run);
}

test('later entries replace earlier ones, and directories are made on the way', async () => {
  const tree = await read(
    archive({ name: 'a/b/file', data: 'one' }, { name: './a/b/file', data: 'two' }, { name: '/top', data: 'x' }),
  );
  const node = tree.get('a/b/file');
  expect(node?.kind === 'file' && Buffer.from(await collect(node.content, run)).toString()).toBe('two');
  expect(tree.get('top')).toMatchObject({ kind: 'file', uid: 1, gid: 2, mode: 0o644 });
  expect(tree.get('a')).toMatchObject({ kind: 'directory', mode: 0o755 });
});

test.each<[string, string, Given[]]>([
  ['a path with ..', 'tar.escape', [{ name: 'a/../../etc/passwd', data: 'x' }]],
  [
    'a path through a link',
    'tar.through-link',
    [
      { name: 'a', type: '2', link: '/etc' },
      { name: 'a/passwd', data: 'x' },
    ],
  ],
  ['a hard link out of the archive', 'tar.escape', [{ name: 'a', type: '1', link: '../../etc/shadow' }]],
  ['a hard link to what is not there', 'tar.link', [{ name: 'a', type: '1', link: 'etc/shadow' }]],
  [
    'a hard link to a directory',
    'tar.link',
    [
      { name: 'd', type: '5' },
      { name: 'a', type: '1', link: 'd' },
    ],
  ],
  [
    'a name that is too long',
    'tar.path',
    [
      { name: 'x', type: 'L', data: 'n'.repeat(300) },
      { name: 'n', data: 'x' },
    ],
  ],
  ['a file without a name', 'tar.path', [{ name: './', type: '6' }]],
  ['more data than there are', 'tar.truncated', [{ name: 'a', size: 1_000_000 }]],
  ['an enormous extended header', 'tar.header-size', [{ name: 'x', type: 'x', size: 8_000_000_000 }]],
  ['a broken extended header', 'tar.pax', [{ name: 'x', type: 'x', data: '999999 path=a\n' }]],
  ['a part of several volumes', 'tar.type', [{ name: 'a', type: 'M', data: 'x' }]],
])('%s is refused', async (_, code, entries) => {
  await expect(read(archive(...entries))).rejects.toMatchObject({ code });
});

test('an extended header overrides name, size and owner', async () => {
  const record = (key: string, value: string) => {
    const rest = ` ${key}=${value}\n`;
    const length = String(rest.length + 2).length === 2 ? rest.length + 2 : rest.length + 3;
    return `${length}${rest}`;
  };
  const data = record('path', `deep/${'n'.repeat(120)}`) + record('uid', '4000000000') + record('mtime', '-1.25');
  const tree = await read(archive({ name: 'x', type: 'x', data }, { name: 'short', data: 'x' }));
  const node = tree.get(`deep/${'n'.repeat(120)}`);
  expect(node).toMatchObject({ uid: 4_000_000_000, mtime: { seconds: -2, nanoseconds: 750_000_000 } });
});

describe('damaged archives', () => {
  const whole = archive(
    { name: 'dir', type: '5' },
    { name: 'x', type: 'x', data: '32 SCHILY.xattr.user.note=hello\n' },
    { name: 'dir/file', data: 'some data' },
    { name: 'dir/hard', type: '1', link: 'dir/file' },
  );

  test('give a tree or an error of their own, whatever byte is changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const bytes = whole.slice(0, cut ? at : whole.length);
        bytes[at] = byte;
        const outcome = await read(bytes).catch((error: Error) => error.name);
        expect(typeof outcome === 'string' ? outcome : outcome.constructor.name).toMatch(
          /^(FileTree|InvalidImageError|UnsupportedError)$/,
        );
      }),
      { numRuns: Number(process.env['ISOPRESS_TEST_RUNS'] ?? 300) },
    );
  });
});
