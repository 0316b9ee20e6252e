// Random trees × options, judged by what xorriso extracts and by 7-Zip's integrity test.

import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { timestamp } from '../../src/bytes/time.js';
import { type DiscOptions, planDisc, RELAXATIONS } from '../../src/disc/index.js';
import { type Content, type ExactContent, quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { directory, file, type Node } from '../../src/tree/node.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import { bytesNow } from '../support/content.js';
import { bootCode, EPOCH, openContent, writeDisc } from '../support/discs.js';
import { judge, oracle } from '../support/oracle.js';
import fc, { runs } from '../support/random.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeDirectory, describeTree, noise, POSIX, treeArbitrary } from '../support/trees.js';
import { expectedByXorriso, extractDisc } from '../support/xorriso.js';

const scratch = scratchDirectory();
const run = quietRun();

const trees = treeArbitrary({
  ...POSIX,
  // Earlier ones are within ISO 9660, but not within the file system that xorriso extracts to.
  times: [-(2 ** 31), 4_294_967_295],
  nanoseconds: false,
  xattrNamespaces: [],
  fileSize: 60_000,
})
  // xorriso and Linux read larger minors differently, see the README of the format.
  .map((tree) => mapNodes(tree, (node) => ('minor' in node ? { ...node, minor: node.minor % 256 } : node)));

const bridges = fc.record({
  udf: fc.constantFrom('1.02' as const, '1.50' as const, '2.01' as const, '2.60' as const),
  udfAbove: fc.nat(200_000),
});

const isoOptions: fc.Arbitrary<DiscOptions & { rockRidge: '1.10' | '1.12' }> = fc.record({
  epoch: fc.constant(EPOCH),
  seed: fc.constant('property'),
  volumeId: fc.stringMatching(/^[A-Za-z0-9_.-]{1,32}$/),
  level: fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const),
  joliet: fc.constantFrom(true, false, 'long' as const),
  deep: fc.constantFrom('keep' as const, 'relocate' as const),
  rockRidge: fc.constantFrom('1.10' as const, '1.12' as const),
  partitionTable: fc.constantFrom('none' as const, 'mbr' as const, 'gpt' as const, 'gpt-hybrid' as const),
  partitionOffset: fc.constantFrom(0 as const, 16 as const),
  relax: fc.subarray([...RELAXATIONS]),
  signatureBlock: fc.boolean(),
  padBlocks: fc.nat(20),
  mbr: fc.constant({ code: bootCode }),
});
/** UDF always, above a size, or not at all. */
const options = fc
  .tuple(isoOptions, fc.option(bridges), fc.boolean())
  .map(([iso, bridge, always]) => ({ ...iso, ...(bridge && (always ? { udf: bridge.udf } : bridge)) }));
const esps = fc.option(
  fc.integer({ min: 1, max: 100_000 }).map((size) => bytesSource(noise(size, 1))),
  { nil: undefined },
);

/** Some files without a known size. */
function partlyOpen(tree: FileTree, every: number): FileTree<Content> {
  let count = 0;
  const open = new Map<Node, Node<Content>>();
  const visit = (node: Node): Node<Content> => {
    if (node.kind === 'directory') {
      return directory<Content>(
        node,
        [...node.entries].map(([name, child]) => [name, visit(child)] as const),
      );
    }
    if (node.kind !== 'file' || every === 0 || count++ % every !== 0) return node;
    const known = open.get(node);
    if (known) return known;
    const opened: Node<Content> = {
      ...node,
      content: openContent(bytesNow(node.content), node.content.size + 5_000_000_000),
    };
    open.set(node, opened);
    return opened;
  };
  return new FileTree(visit(tree.root) as FileTree<Content>['root']);
}

function withEsp(given: DiscOptions, esp: ExactContent | undefined): DiscOptions {
  return esp ? { ...given, appendedEsp: esp, boot: { efi: 'appended-esp' } } : given;
}

oracle('xorriso', '7z')('what is written is what others read', async () => {
  let turn = 0;
  await fc.assert(
    fc.asyncProperty(trees, options, esps, fc.nat(3), async (tree, given, esp, every) => {
      const disc = join(scratch, 'disc.iso');
      // Below level 3 there is one extent per file, so nothing may be open that could need more.
      const content = partlyOpen(tree, given.level! >= 3 ? every : 0);
      await writeDisc(planDisc(content, withEsp(given, esp)), disc);
      const found = extractDisc(disc, join(scratch, `out-${turn++}`));
      expect(withoutLinks(found)).toEqual(withoutLinks(await expectedByXorriso(tree, given.rockRidge)));
      const { stdout } = judge('7z', ['t', '-tiso', disc]);
      expect(stdout).toContain('Everything is Ok');
      expect(stdout).not.toMatch(/warning|error/i);
    }),
    { numRuns: runs(30) },
  );
});

/** Hard links between open files cannot be compared: a node that is opened twice is one, its description is not. */
function withoutLinks(entries: Map<string, object>): Map<string, object> {
  return new Map([...entries].map(([path, entry]) => [path, { ...entry, linkedTo: undefined }]));
}

test('planned is produced, twice the same', async () => {
  await fc.assert(
    fc.asyncProperty(trees, options, esps, async (tree, given, esp) => {
      const plan = planDisc(tree, withEsp(given, esp));
      const first = await collect(plan, run);
      const second = await collect(planDisc(new FileTree(tree.root), withEsp(given, esp)), run);
      expect(first.length).toBe(plan.layout.size);
      expect(Buffer.compare(first, second)).toBe(0);
    }),
    { numRuns: runs(60) },
  );
});

test('times move no structure', async () => {
  await fc.assert(
    fc.asyncProperty(trees, options, fc.integer({ min: 0, max: 2e9 }), async (tree, given, seconds) => {
      const dated = mapNodes(tree, (node) => ({ ...node, mtime: timestamp(seconds) }));
      expect(planDisc(dated, given).layout.areas).toEqual(planDisc(tree, given).layout.areas);
    }),
    { numRuns: runs(30) },
  );
});

/** Chains of directories that share their beginnings, some of them far below the eighth level. */
const deepTrees = fc
  .array(fc.array(fc.constantFrom('a', 'b', 'longer name'), { minLength: 1, maxLength: 26 }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((chains) => {
    const at = { mtime: EPOCH };
    const files = chains.map((chain, i): [string, Node] => {
      const content = bytesSource(i % 4 === 0 ? new Uint8Array(0) : noise(100 + i, i + 1));
      return [[...chain, `file ${i}`].join('/'), file(content, at)];
    });
    return FileTree.of(Object.fromEntries(files), at);
  });

oracle(
  'xorriso',
  'bsdtar',
  '7z',
)('directories of any depth, kept or moved, are where they belong', async () => {
  let turn = 0;
  const how = fc.record({
    deep: fc.constantFrom('keep' as const, 'relocate' as const),
    rockRidge: fc.constantFrom('1.10' as const, '1.12' as const),
  });
  await fc.assert(
    fc.asyncProperty(deepTrees, how, async (tree, given) => {
      const disc = join(scratch, 'deep.iso');
      await writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's', ...given }), disc);
      const expected = [...(await describeTree(tree))].map(([path, { sha256 }]) => [path, sha256]).sort();
      const out = join(scratch, `deep-${turn++}`);
      const extracted = (found: ReturnType<typeof describeDirectory>) =>
        // xorriso shows the directory that held the moved ones, now empty.
        [...found].filter(([path]) => path !== 'rr_moved').map(([path, { sha256 }]) => [path, sha256]);
      expect(extracted(extractDisc(disc, out)).sort()).toEqual(expected);
      rmSync(out, { recursive: true });
      mkdirSync(out);
      const { status, stderr } = judge('bsdtar', ['-xf', disc, '-C', out]);
      expect(status, stderr).toBe(0);
      expect(extracted(describeDirectory(out)).sort()).toEqual(expected);
      expect(judge('7z', ['t', '-tiso', disc]).stdout).toContain('Everything is Ok');
    }),
    { numRuns: runs(25) },
  );
});
