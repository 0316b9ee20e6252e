// UDF × Linux: a guest's kernel mounts the same disc as ISO 9660, as UDF and, by its partition, as ISO 9660 again.
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type DiscOptions, planDisc } from '../../src/disc/index.js';
import type { Content } from '../../src/io/content.js';
import { bytesSource } from '../../src/io/memory.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { mapNodes } from '../../src/tree/rewrite.js';
import { EPOCH, liveOptions, mediaTree, openContent, writeDisc } from '../support/discs.js';
import { type GuestEntry, guestOracle, mountInGuest } from '../support/guest.js';
import { scratchDirectory } from '../support/scratch.js';
import { describeTree, type EntryDescription, noise } from '../support/trees.js';

const scratch = scratchDirectory();
const payload = noise(1_000_000, 7);
// The boot image is patched with its own place, so it differs on the disc.
const BIOS = 'boot/x86_64/loader/eltorito.img';
const REVISIONS = ['1.50', '2.01', '2.60'] as const;
const MOUNTS = [
  { name: 'udf', mount: '-t udf -o iocharset=utf8 /dev/vda' },
  { name: 'iso', mount: '-t iso9660 /dev/vda' },
  { name: 'partition', mount: '-t iso9660 /dev/vda1' },
  ...REVISIONS.map((name, i) => ({ name, mount: `-t udf -o iocharset=utf8 /dev/vd${'bcd'[i]}` })),
];

/** The media tree with times down to the microsecond. */
const tree = mapNodes(mediaTree() as FileTree, (node) => ({
  ...node,
  mtime: timestamp(node.mtime.seconds, 123_456_000),
}));
const source = await describeTree(tree);

/** Entries with the number of names each has; a directory has two, and one in each subdirectory. */
function withLinks(entries: Map<string, EntryDescription>): Map<string, GuestEntry> {
  const all = [...entries];
  const subdirectories = (top: string) =>
    all.filter(([path, { kind }]) => kind === 'directory' && path !== '' && dirname(`/${path}`) === `/${top}`).length;
  const names = ({ linkedTo }: EntryDescription) =>
    linkedTo === undefined ? 1 : all.filter(([, entry]) => entry.linkedTo === linkedTo).length;
  return new Map(
    all.map(([path, entry]) => {
      const links = entry.kind === 'directory' ? 2 + subdirectories(path) : names(entry);
      return [path, { ...entry, links }];
    }),
  );
}

/** The tree in UDF: the one name that is not UTF-8 is changed, link targets lose what path components cannot express. */
function asUdf(entries: Map<string, EntryDescription>): Map<string, GuestEntry> {
  return new Map(
    [...withLinks(entries)].map(([path, entry]) => {
      const target = entry.target?.replaceAll('//', '/');
      return [path === 'b\xff\xfec' ? 'b__c#507728a8' : path, { ...entry, ...(target ? { target } : {}) }];
    }),
  );
}

/** The tree in Rock Ridge: whole seconds, and in version 1.10 no hard links. */
function asRockRidge(entries: Map<string, EntryDescription>): Map<string, Omit<GuestEntry, 'linkedTo'>> {
  return new Map(
    [...withLinks(entries)].map(([path, { linkedTo: _, ...entry }]) => [
      path,
      { ...entry, mtime: timestamp(entry.mtime.seconds) },
    ]),
  );
}

const sorted = (entries: Map<string, EntryDescription> | undefined) =>
  Object.fromEntries([...(entries ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)));

/** A disc with everything. */
function pressLive(): Promise<string> {
  // As many attributes as a disc keeps for one entry: the kernel has to find its way past them to the names.
  const xattrs = ['a', 'b', 'c'].map((name) => ({ name: fromText(`user.${name}`), value: noise(16_000, 1) }));
  const open: FileTree<Content> = mapNodes(tree as FileTree<Content>, (node) =>
    node.kind !== 'file'
      ? node
      : node.content.size === payload.length
        ? { ...node, content: openContent(payload, 700_000_000_000) }
        : { ...node, xattrs },
  );
  const options: DiscOptions = {
    ...liveOptions('gpt', bytesSource(noise(1_000_000, 5))),
    udf: '1.02',
    udfSpecialFiles: true,
  };
  return writeDisc(planDisc(open, options), join(scratch, 'live.iso'));
}

let all: ReturnType<typeof mountInGuest> | undefined;

/** Every mount, in one guest. */
function shown(): ReturnType<typeof mountInGuest> {
  const pressed = async () => {
    const alone = REVISIONS.map((udf) => {
      const plan = planDisc(tree, { epoch: EPOCH, seed: 's', udf, iso9660: false });
      return writeDisc(plan, join(scratch, `${udf}.img`));
    });
    return mountInGuest([await pressLive(), ...(await Promise.all(alone))], MOUNTS, scratch);
  };
  all ??= pressed();
  return all;
}

guestOracle()('one live disc, three file systems', async () => {
  const found = await shown();
  const { [BIOS]: _, ...udf } = sorted(found.get('udf'));
  const { [BIOS]: __, ...expected } = sorted(asUdf(source));
  expect(udf).toEqual(expected);
  const { [BIOS]: ___, ...iso } = sorted(asRockRidge(source));
  for (const name of ['iso', 'partition']) expect(sorted(found.get(name))).toMatchObject(iso);
});

for (const udf of REVISIONS) {
  guestOracle()(`UDF ${udf} alone`, async () => {
    expect(sorted((await shown()).get(udf))).toEqual(sorted(asUdf(source)));
  });
}
