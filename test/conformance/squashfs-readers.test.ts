// squashfs × its readers, codec by codec: unsquashfs -pf and sqfsdiff beside mksquashfs's image, rdsquashfs, squashfuse,
// 7-Zip, and GRUB where it knows the codec.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { type CompressionRequest, chooseCompression } from '../../src/compress/index.js';
import { quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { loadNative } from '../../src/native/index.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { file } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { asLinuxShows, everythingTree, writeSquashfs } from '../support/squashfs-images.js';
import { describeDirectory, noise } from '../support/trees.js';

const dir = scratchDirectory();
const image = join(dir, 'image.sqfs');
const theirs = join(dir, 'theirs.sqfs');
const source = join(dir, 'tree');
const CLEAN = { status: 0, stderr: '' };
const native = loadNative().addon !== undefined;

beforeAll(async () => {
  await writeSquashfs(everythingTree(), image);
  judge('unsquashfs', ['-quiet', '-no-progress', '-d', source, image]);
  // mksquashfs takes links whose access time changes while it runs for different entries.
  describeDirectory(source);
});

/** With the readers that know the codec in Debian 12, in addition to the kernel and unsquashfs. */
const CODECS: readonly { request: CompressionRequest; sevenZip?: boolean; grub?: boolean; needsNative?: boolean }[] = [
  { request: { name: 'gzip' }, sevenZip: true, grub: true },
  { request: { name: 'gzip', windowBits: 9, strategies: ['default', 'fixed'] }, sevenZip: true, grub: true },
  { request: { name: 'zstd', level: -7 } },
  { request: { name: 'lz4' } },
  { request: { name: 'xz', bcj: ['x86'] }, sevenZip: true, grub: true, needsNative: true },
  { request: { name: 'lzo' }, needsNative: true },
];

for (const { request, sevenZip, grub, needsNative } of CODECS) {
  const settings = JSON.stringify(request);
  describe.skipIf(needsNative && !native)(settings, () => {
    kernelOracle(
      'mksquashfs',
      'unsquashfs',
      'sqfsdiff',
      'rdsquashfs',
    )('the same as the image of mksquashfs', async () => {
      const blockSize = 65_536;
      await writeSquashfs(everythingTree(), image, { compression: chooseCompression(request), blockSize });
      rmSync(theirs, { force: true });
      const options = ['-comp', request.name, '-b', String(blockSize), '-noappend', '-quiet', '-no-progress'];
      expect(judge('mksquashfs', [source, theirs, ...options])).toMatchObject({ status: 0 });
      expect(judge('sqfsdiff', ['-T', '-a', theirs, '-b', image])).toMatchObject({ ...CLEAN, stdout: '' });
      expect(pseudoFile(image)).toEqual(pseudoFile(theirs));
      const [ours, peers] = [image, theirs].map((path) => judge('rdsquashfs', ['-d', path]));
      expect(ours).toMatchObject(CLEAN);
      expect(ours!.stdout.split('\n').sort()).toEqual(peers!.stdout.split('\n').sort());
    });

    kernelOracle('squashfuse', 'umount')('squashfuse shows the same contents', async () => {
      const top = mkdtempSync(join(dir, 'fuse-'));
      await writeSquashfs(everythingTree(), image, { compression: chooseCompression(request) });
      expect(judge('squashfuse', [image, top])).toMatchObject({ status: 0 });
      try {
        for (const { path, node } of walk(everythingTree())) {
          if (node.kind !== 'file') continue;
          const found = readFileSync(Buffer.from(`${top}/${path}`, 'latin1'));
          expect(Buffer.compare(found, await collect(node.content, quietRun())), path).toBe(0);
        }
      } finally {
        judge('umount', [top]);
      }
    });

    if (sevenZip)
      oracle('7z')('7-Zip tests every file', async () => {
        await writeSquashfs(asLinuxShows(everythingTree()), image, { compression: chooseCompression(request) });
        expect(judge('7z', ['t', image])).toMatchObject({
          ...CLEAN,
          stdout: expect.stringContaining('Everything is Ok'),
        });
      });

    if (grub)
      oracle('grub-fstest')('GRUB reads a kernel, in an image without fragments', async () => {
        const kernel = Buffer.concat([Buffer.alloc(900_000, 'some text to be packed. '), noise(500_000, 3)]);
        const tree = FileTree.of({ 'boot/vmlinuz': file(bytesSource(kernel)) });
        await writeSquashfs(tree, image, { compression: chooseCompression(request) });
        mkdirSync(join(dir, 'boot'), { recursive: true });
        writeFileSync(join(dir, 'boot/vmlinuz'), kernel);
        expect(judge('grub-fstest', [image, 'cmp', '(loop0)/boot/vmlinuz', join(dir, 'boot/vmlinuz')])).toMatchObject({
          status: 0,
        });
      });
  });
}

/** Every entry as a pseudo file definition, without the offset of its data in the list. */
function pseudoFile(path: string): string[] {
  const list = join(dir, 'pseudo');
  rmSync(list, { force: true });
  expect(judge('unsquashfs', ['-quiet', '-no-progress', '-pf', list, path])).toMatchObject(CLEAN);
  const text = readFileSync(list, 'latin1');
  const entries = text.slice(0, text.indexOf('# START OF DATA'));
  return entries
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .sort();
}
