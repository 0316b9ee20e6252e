// Modes and owners of all entries that a pattern matches, on the disc and in an image on it.
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText, toText } from '../../../src/bytes/index.js';
import { NO_COMPRESSION } from '../../../src/compress/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { type AttributeChange, planEdit } from '../../../src/edit/index.js';
import { openIso } from '../../../src/format/iso9660/index.js';
import { openSquashfs, planSquashfs } from '../../../src/format/squashfs/index.js';
import { bytesSource, collect, quietRun, type Source } from '../../../src/io/index.js';
import { FileTree, file, symlink, walk } from '../../../src/tree/index.js';

const run = quietRun();
const given = { epoch: { seconds: 1_700_000_000, nanoseconds: 0 }, seed: 's' };
const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));
const TREE = FileTree.of({
  'scripts/a.sh': text('a'),
  'scripts/b.sh': text('b'),
  'scripts/c.sh': symlink(fromText('a.sh')),
  'scripts/deep/d.sh': text('d'),
  'scripts/e[1].sh': text('e'),
  'scripts/e1.sh': text('e1'),
  readme: text('readme'),
});
const LAYER = 'LiveOS/squashfs.img';
const change = (path: string, values: Omit<AttributeChange, 'path'>): AttributeChange => ({
  path: fromText(path),
  ...values,
});

const IMAGES = {
  'on a disc': {
    make: () => collect(planDisc(TREE, { ...given, volumeId: 'TEST' }), run),
    edit: (attributes: AttributeChange[]) => ({ attributes }),
    read: async (disc: Source) => (await openIso(disc)).tree(),
  },
  'in an image on it': {
    make: async () => {
      const layer = await collect(planSquashfs(TREE, { ...given, compression: NO_COMPRESSION }), run);
      return collect(planDisc(FileTree.of({ [LAYER]: file(bytesSource(layer)) }), { ...given, volumeId: 'TEST' }), run);
    },
    edit: (attributes: AttributeChange[]) => ({ inside: [{ path: fromText(LAYER), attributes }] }),
    read: async (disc: Source) => {
      const found = (await (await openIso(disc)).tree()).get(fromText(LAYER));
      if (found?.kind !== 'file') throw new Error(`${LAYER} is no file`);
      return (await openSquashfs(bytesSource(await collect(found.content, run)))).tree();
    },
  },
} as const;

describe.each(Object.entries(IMAGES))('%s', (_, { make, edit, read }) => {
  /** The entries that have other attributes afterwards. */
  async function changed(...attributes: AttributeChange[]): Promise<Record<string, string>> {
    const image = await make();
    const facts = async (bytes: Uint8Array) =>
      new Map(Array.from(walk(await read(bytesSource(bytes))), ({ path, node }) => [path, node]));
    const before = await facts(image);
    const after = await facts(await collect(await planEdit(bytesSource(image), edit(attributes), run), run));
    const shown: Record<string, string> = {};
    for (const [path, { mode, uid, gid }] of after) {
      const old = before.get(path)!;
      if (mode === old.mode && uid === old.uid && gid === old.gid) continue;
      shown[toText(path as ByteString)!] = `${mode.toString(8)} ${uid}:${gid}`;
    }
    return shown;
  }

  test('modes of links stay', async () => {
    expect(await changed(change('/scripts/?.sh', { mode: 0o751 }))).toEqual({
      'scripts/a.sh': '751 0:0',
      'scripts/b.sh': '751 0:0',
    });
  });

  test('owners of links change, and a pattern counts from the root', async () => {
    expect(await changed(change('scripts/**/[cd].sh', { uid: 7, gid: 8 }))).toMatchObject({
      'scripts/c.sh': expect.stringMatching(/ 7:8$/),
      'scripts/deep/d.sh': '644 7:8',
    });
    await expect(changed(change('*.sh', { mode: 0o600 }))).rejects.toThrow('No entry of the image matches /*.sh.');
  });

  test('an entry of exactly this name comes first', async () => {
    expect(await changed(change('scripts/e[1].sh', { mode: 0o600 }))).toEqual({ 'scripts/e[1].sh': '600 0:0' });
    expect(await changed(change('scripts/e[12].sh', { mode: 0o600 }))).toEqual({ 'scripts/e1.sh': '600 0:0' });
  });
});
