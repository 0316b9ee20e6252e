// Entries made while the tree is still being read: the same as from the whole tree, and never outside.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText, timestamp } from '../../../src/bytes/index.js';
import { InvalidImageError } from '../../../src/errors.js';
import { type ExtractOptions, extractTree, extractWhileRead } from '../../../src/extract/index.js';
import { squashfsFormat } from '../../../src/format/squashfs/index.js';
import { bytesSource, openImageFile } from '../../../src/io/index.js';
import { loadNative } from '../../../src/native/index.js';
import { directory, FileTree, file, type Node, type SeenDirectory, special, symlink } from '../../../src/tree/index.js';
import { judge } from '../../support/oracle.js';
import { scratchDirectory } from '../../support/scratch.js';
import { sparseContent, writeSquashfs } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const isRoot = process.geteuid?.() === 0;
const BLOCK = 4096;
const name = (text: string) => text as ByteString;
let count = 0;
const fresh = () => join(scratch, `case-${count++}`);

/** Bytes that shrink to about a third. */
function words(size: number, seed: number): Uint8Array {
  return noise(size, seed).map((byte) => (byte & 7) + 97);
}

const given = { uid: 70_000, gid: 4_000_000_000, mtime: timestamp(5) };
const xattrs = [
  {
    name: name('security.capability'),
    value: Uint8Array.of(1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
  },
  { name: name('user.long'), value: noise(1000, 4) },
];

/** All kinds of entries, names that lead to a node before and after others, and directories whose modes forbid what is made in them. */
function sample(): FileTree {
  const linked = file(bytesSource(words(9000, 2)), { ...given, mode: 0o6755 });
  const large = file(bytesSource(words(5_000_000, 3)), given);
  const entries: Record<string, Node> = {
    'a/deep/er/first': linked,
    'a/deep/large': large,
    'a/late': linked,
    'b/large-again': large,
    'b/closed': directory({ ...given, mode: 0 }, [[name('inside'), file(bytesSource(noise(10, 1)), given)]]),
    'b/closed-with-more': directory({ ...given, mode: 0o500, mtime: timestamp(9) }, [
      [name('below'), directory({ ...given, mode: 0o111 }, [[name('x'), linked]])],
    ]),
    'b/empty-directory': directory(given),
    'c/char': special('character-device', given, 1, 3),
    'c/fifo': special('fifo', given),
    'c/twice': special('fifo', { ...given, mode: 0o600 }),
    'c/link': symlink(name('../a/late'), given),
    'd/empty': file(bytesSource(new Uint8Array()), { ...given, mode: 0o4755 }),
    'd/attributes': file(bytesSource(words(3 * BLOCK + 7, 5)), { ...given, mode: 0o755, xattrs }),
    'd/holes': file(sparseContent(200 * BLOCK, [{ at: 2 * BLOCK, length: BLOCK }]), given),
    'd/only-hole': file(sparseContent(50 * BLOCK, []), given),
  };
  for (let i = 0; i < 400; i++) entries[`many/${i % 7}/${i}`] = file(bytesSource(words(i * 13, i)), given);
  return FileTree.of(entries, { ...given, mode: 0o755 });
}

/** Every entry with its metadata, and its content. */
function facts(root: string): string[] {
  const script = `cd "$0" && find . -printf '%p %y %m %U %G %T@ %l %n\\n' | sort; find . -type f -printf '%p %s %b\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum; getfattr -Rhd -m - .`;
  return judge('bash', ['-c', script, root]).stdout.split('\n');
}

/** Extracts an image both ways; how many directories came early, and the two results. */
async function bothWays(image: string, options: ExtractOptions) {
  const source = await openImageFile(fromText(image));
  const results = [];
  let seen = 0;
  for (const isEarly of [true, false]) {
    const opened = await squashfsFormat.open(source);
    const to = fresh();
    const outcome = await extractWhileRead(
      async (extract, watch) => {
        const watching = (directory: SeenDirectory) => {
          seen++;
          return watch?.(directory);
        };
        return extract(await opened.tree(undefined, isEarly && watch ? watching : undefined));
      },
      fromText(to),
      options,
    ).catch((error) => error);
    results.push({ outcome, to });
  }
  await source.close();
  return { early: results[0]!, whole: results[1]!, seen };
}

describe.runIf(isRoot && loadNative().addon)('as the superuser, with the native engine', () => {
  test('entries of all kinds are those of the whole tree', async () => {
    const image = fresh();
    await writeSquashfs(sample(), image, { blockSize: BLOCK });
    const { early, whole, seen } = await bothWays(image, { engine: 'native', owners: true });
    expect(early.outcome).toEqual(whole.outcome);
    expect(seen).toBeGreaterThan(15);
    const found = facts(early.to);
    expect(found.length).toBeGreaterThan(800);
    expect(found).toEqual(facts(whole.to));
  });

  test('damaged files are the same failures; the first one ends it, and nothing stays', async () => {
    const image = fresh();
    const sound = fresh();
    await writeSquashfs(sample(), sound, { blockSize: BLOCK });
    writeFileSync(
      image,
      readFileSync(sound).map((byte, at) => (at > 3000 && at < 9000 ? ~byte : byte)),
    );
    const kept = await bothWays(image, { engine: 'native', owners: true, keepGoing: true });
    const sorted = ({ failures, ...rest }: { failures: { path: string }[] }) => ({
      ...rest,
      failures: [...failures].sort((a, b) => (a.path < b.path ? -1 : 1)),
    });
    expect(kept.early.outcome.failures.length).toBeGreaterThan(0);
    expect(sorted(kept.early.outcome)).toEqual(sorted(kept.whole.outcome));
    expect(facts(kept.early.to)).toEqual(facts(kept.whole.to));
    const ended = await bothWays(image, { engine: 'native', owners: true });
    for (const { outcome, to } of [ended.early, ended.whole]) {
      expect(outcome).toBeInstanceOf(InvalidImageError);
      expect(existsSync(to)).toBe(false);
    }
    expect(readdirSync(scratch).filter((one) => one.includes('.extract-'))).toEqual([]);
  });

  /** Extracts directories for which a reader calls the watcher. */
  const told = (...seen: Partial<SeenDirectory>[]) => {
    const to = fresh();
    const done = extractWhileRead(
      async (extract, watch) => {
        for (const one of seen) {
          const all = { path: name(''), attributes: {}, names: [], nodes: [], repeated: new Set<number>(), ...one };
          await watch!(all);
        }
        return extract(FileTree.of({}));
      },
      fromText(to),
      { engine: 'native', owners: true },
    );
    return { to, done };
  };

  test.each(['..', '.', '', 'a/b', '../out', '/out'])('%j is not made, by whatever reader', async (bad) => {
    const node = file(bytesSource(new Uint8Array()), {});
    const entry = told({ names: [{ name: name(bad) }], nodes: [node] });
    await expect(entry.done).rejects.toMatchObject({ code: 'tree.bad-name' });
    const link = told({ names: [{ name: name(bad) }], nodes: [symlink(name('/tmp'), {})] });
    await expect(link.done).rejects.toMatchObject({ code: 'tree.bad-name' });
    for (const { to } of [entry, link]) expect(existsSync(to)).toBe(false);
  });

  test('a directory where the image has a link is not entered, and one without its parent is passed over', async () => {
    const outside = fresh();
    mkdirSync(outside);
    const leading = { names: [{ name: name('d') }], nodes: [symlink(name(outside), {})] };
    const inside = { path: name('d'), names: [{ name: name('x') }], nodes: [special('fifo', {})] };
    const over = told(leading, inside);
    await expect(over.done).rejects.toMatchObject({ code: 'target.eexist' });
    expect(readdirSync(outside)).toEqual([]);
    const orphan = told({}, { path: name('none/below'), names: [{ name: name('x') }], nodes: [special('fifo', {})] });
    await expect(orphan.done).resolves.toMatchObject({ entries: 0 });
    expect(readdirSync(orphan.to)).toEqual([]);
  });
});

test('nothing is made early where metadata could be lost, or in a directory that has entries', async () => {
  const used = fresh();
  mkdirSync(join(used, 'old'), { recursive: true });
  const watches: unknown[] = [];
  const read = (to: string, options: ExtractOptions) =>
    extractWhileRead(
      (extract, watch) => {
        watches.push(watch);
        return extract(FileTree.of({}));
      },
      fromText(to),
      options,
    );
  await read(used, { owners: isRoot, force: true });
  await read(fresh(), { owners: false });
  await read(fresh(), { owners: isRoot, engine: 'portable' });
  expect(watches).toEqual([undefined, undefined, undefined]);
  await expect(extractTree(FileTree.of({}), fromText(fresh()))).resolves.toMatchObject({ entries: 0 });
});
