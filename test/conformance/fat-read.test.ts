// Volumes that mkfs.vfat and mtools made, as our reader sees them.
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openFat } from '../../src/format/fat/index.js';
import { quietRun } from '../../src/io/content.js';
import { openFileSource } from '../../src/io/file.js';
import { collect } from '../../src/io/memory.js';
import type { File } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const MIB = 1024 * 1024;

describe('volumes of other writers', () => {
  for (const [type, size, options] of [
    [12, 2 * MIB, []],
    [16, 20 * MIB, ['-s', '1']],
    [32, 80 * MIB, ['-F', '32', '-S', '512', '-n', 'OTHERS']],
  ] as const) {
    oracle(
      'mkfs.vfat',
      'mcopy',
      'mdel',
      'mmd',
    )(`FAT${type}, with a file in many pieces`, async () => {
      const image = join(scratch, `fat${type}.img`);
      writeFileSync(image, '');
      truncateSync(image, size);
      expect(judge('mkfs.vfat', [...options, image]).status).toBe(0);
      const tool = (name: string, ...args: string[]) => {
        const { status, stderr } = judge('env', ['LC_ALL=C.UTF-8', 'MTOOLS_SKIP_CHECK=1', name, '-i', image, ...args]);
        expect([status, stderr]).toEqual([0, '']);
      };
      const file = (name: string, bytes: Uint8Array) => {
        const path = join(scratch, name);
        writeFileSync(path, bytes);
        return path;
      };
      for (let i = 0; i < 40; i++) tool('mcopy', file(`piece-${i}`, noise(10_000, i)), `::/piece-${i}`);
      // Every other gap is filled again: this file has at least twenty fragments.
      for (let i = 0; i < 40; i += 2) tool('mdel', `::/piece-${i}`);
      const scattered = noise(350_000, 99);
      tool('mcopy', file('scattered', scattered), '::/A long name for a scattered file.dat');
      tool('mmd', '::/Ordner', '::/Ordner/größer');
      tool('mcopy', file('SHORT.TXT', noise(5, 1)), '::/Ordner/größer/SHORT.TXT');
      const source = await openFileSource(fromText(image));
      try {
        const opened = await openFat(source);
        expect(opened.facts).toMatchObject({ type, label: type === 32 ? 'OTHERS' : '' });
        const tree = await opened.tree();
        const paths = [...walk(tree)].map(({ path }) => Buffer.from(path, 'latin1').toString());
        expect(paths).toContain('Ordner/größer/SHORT.TXT');
        expect(paths.filter((path) => path.startsWith('piece-'))).toHaveLength(20);
        const { content } = tree.get('A long name for a scattered file.dat') as File;
        expect(Buffer.compare(await collect(content, quietRun()), scattered)).toBe(0);
        const piece = (tree.get('piece-7') as File).content;
        expect(Buffer.compare(await collect(piece, quietRun()), readFileSync(join(scratch, 'piece-7')))).toBe(0);
      } finally {
        await source.close();
      }
    });
  }
});
