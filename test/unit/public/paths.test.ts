// The doors of the library take text, byte strings and bytes; an outside look, by Node's own file names, says what they meant.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText, pathBytes } from '../../../src/bytes/index.js';
import {
  type ByteString,
  directory,
  FileTree,
  file,
  fileTarget,
  follow,
  openImageFile,
  planFat,
  scanDirectory,
  symlink,
  timestamp,
  toBytes,
  walk,
  writeFile,
  writeImage,
} from '../../../src/index.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const LATIN1 = Buffer.from([0x66, 0xfc]);
const plan = () => planFat(FileTree.of({ 'a.txt': file('a') }), { seed: 's', epoch: timestamp(0) });

describe('a path', () => {
  test.each([
    ['ASCII', 'etc/fstab', 'etc/fstab'],
    ['text', 'ü.txt', '\u00c3\u00bc.txt'],
    ['text beyond Latin-1', 'λ', '\u00ce\u00bb'],
    ['a byte string', fromText('ü.txt'), '\u00c3\u00bc.txt'],
    ['bytes that are not UTF-8', LATIN1, 'f\u00fc'],
    ['text like a byte string, given as bytes', Buffer.from('Ã¼'), '\u00c3\u0083\u00c2\u00bc'],
  ])('%s', (_, given, bytes) => {
    expect(pathBytes(given)).toBe(bytes);
  });
});

describe('a tree', () => {
  const name = LATIN1.toString('latin1') as ByteString;
  const tree = new FileTree(
    directory({}, [
      ['ü.txt', file('text')],
      [LATIN1, file('bytes')],
      ['link', symlink('ü.txt')],
    ]),
  );

  test('finds an entry by text, byte string and bytes', () => {
    for (const path of ['ü.txt', '/ü.txt', fromText('ü.txt'), Buffer.from('ü.txt')]) {
      expect(tree.get(path)?.kind).toBe('file');
    }
    expect(tree.get(LATIN1)).toBe(tree.root.entries.get(name));
    expect(tree.get('ä.txt')).toBeUndefined();
    expect(follow(tree, 'link')).toBe(tree.get('ü.txt'));
  });

  test('a walk yields text that prints, and that finds the same entry', () => {
    const visits = [...walk(tree)];
    expect(visits.map(({ path }) => path)).toEqual(['', 'f\\xfc', 'link', 'ü.txt']);
    for (const { path, bytes, node } of visits) {
      expect(tree.get(path)).toBe(node);
      expect(tree.get(bytes)).toBe(node);
    }
  });
});

describe('the running system', () => {
  test('is read and written under text paths', async () => {
    const dir = join(scratch, 'größe');
    mkdirSync(dir);
    writeFileSync(join(dir, 'ü.txt'), 'text');
    writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), LATIN1]), 'bytes');
    const tree = await scanDirectory(dir, { exclude: ['*.log'] });
    expect([...walk(tree)].map(({ path }) => path)).toEqual(['', 'f\\xfc', 'ü.txt']);

    await writeImage(plan(), fileTarget(join(scratch, 'ö.img')));
    await writeFile(Buffer.concat([Buffer.from(`${scratch}/`), LATIN1]), plan());
    expect(readdirSync(scratch, 'buffer').some((found) => found.equals(LATIN1))).toBe(true);
    expect(existsSync(join(scratch, 'ö.img'))).toBe(true);
    const image = await openImageFile(join(scratch, 'ö.img'));
    expect(image.size).toBe((await toBytes(plan())).length);
    await image.close();
  });
});

test('a file is made of text, bytes or a plan', async () => {
  const inner = plan();
  const tree = FileTree.of({ text: file('grün'), bytes: file(Buffer.from('raw')), plan: file(inner) });
  const contentOf = async (path: string) => {
    const node = tree.get(path);
    return node?.kind === 'file' ? Buffer.from(await toBytes(node.content)) : undefined;
  };
  expect(await contentOf('text')).toEqual(Buffer.from('grün'));
  expect(await contentOf('bytes')).toEqual(Buffer.from('raw'));
  await writeFile(join(scratch, 'plan.img'), inner, { run: { jobs: 2 } });
  expect(await contentOf('plan')).toEqual(readFileSync(join(scratch, 'plan.img')));
});
