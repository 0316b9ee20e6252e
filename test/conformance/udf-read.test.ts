// Volumes of other writers as our reader sees them: a bridge of genisoimage, and what mkudffs makes.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { openUdf } from '../../src/format/udf/index.js';
import { openFileSource } from '../../src/io/file.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();

async function treeOf(image: string) {
  const source = await openFileSource(fromText(image));
  try {
    const opened = await openUdf(source);
    return { facts: opened.facts, entries: await describeTree(await opened.tree()) };
  } finally {
    await source.close();
  }
}

const contents = (entries: ReadonlyMap<string, EntryDescription>) =>
  [...entries].map(([path, { kind, size, sha256 }]) => [path, kind, size, sha256]).sort();

describe('volumes of other writers', () => {
  oracle('genisoimage')('a bridge of genisoimage', async () => {
    const top = join(scratch, 'tree');
    mkdirSync(join(top, 'a/b/Größe'), { recursive: true });
    for (let i = 0; i < 90; i++) writeFileSync(join(top, i % 2 ? 'a/b/Größe' : 'a', `file ${i}`), noise(i * 97, i));
    const image = join(scratch, 'bridge.iso');
    expect(judge('genisoimage', ['-quiet', '-input-charset', 'utf-8', '-udf', '-o', image, top]).status).toBe(0);
    expect(contents((await treeOf(image)).entries)).toEqual(contents(describeDirectory(top)));
  });

  oracle('mkudffs')('mkudffs, for hard disks and for discs', async () => {
    for (const [media, blockSize] of [
      ['hd', '512'],
      ['hd', '4096'],
      ['dvd', '2048'],
    ] as const) {
      for (const revision of ['1.02', '1.50', '2.01']) {
        const image = join(scratch, 'made.img');
        writeFileSync(image, '');
        truncateSync(image, 20_000_000);
        const options = ['-m', media, '-r', revision, '-b', blockSize, '--uid=1000', '--gid=2000', '--mode=750'];
        expect(judge('mkudffs', [...options, image]).status).toBe(0);
        const { facts, entries } = await treeOf(image);
        expect(facts).toMatchObject({ revision, blockSize: Number(blockSize) });
        expect(entries.get('')).toMatchObject({ kind: 'directory', uid: 1000, gid: 2000, mode: 0o750 });
        truncateSync(image, 0);
      }
    }
  });
});
