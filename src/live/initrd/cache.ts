// Keys of initrds, and initrds kept from earlier builds.

import { join } from 'node:path';
import { type ByteString, fromText } from '../../bytes/index.js';
import { type Cache, keyOf } from '../../cache/index.js';
import {
  createDigest,
  type ExactContent,
  fileContent,
  fileTarget,
  type Run,
  smallBytes,
  writeImage,
} from '../../io/index.js';
import { exclude, FileTree, file, type Node, treeDigest, walk } from '../../tree/index.js';
import type { InitrdCompression } from './choose-compression.js';
import type { Initrd, InitrdRequest } from './dracut.js';
import { dracutOptions } from './live-modules.js';

export interface CacheKeyFacts {
  readonly root: FileTree;
  readonly request: InitrdRequest;
  readonly profile: string;
  readonly epoch: number;
  /** The properties of this machine that an initrd depends on. */
  readonly hostState: string;
}

/** Raised if the same key would give another initrd. */
const REVISION = 3;
/** Entries that dracut never reads, and entries that differ between root trees without any effect. */
const IRRELEVANT = [
  ...[
    '/usr/share/doc',
    '/usr/share/man',
    '/usr/share/info',
    '/usr/share/locale',
    '/usr/share/help',
    '/usr/share/lintian',
  ],
  ...['/var/cache', '/var/log', '/var/tmp', '/var/backups', '/var/lib/apt', '/var/lib/dpkg', '/usr/lib/sysimage'],
  ...[
    '/tmp',
    '/run',
    '/proc',
    '/sys',
    '/dev',
    '/home',
    '/srv',
    '/mnt',
    '/media',
    '/image',
    '/boot/initrd*',
    '/boot/grub*',
  ],
];
/** Directories of small files that configure dracut: their contents count, in addition to the metadata of every entry. */
const CONFIGURATION = /^(etc|usr\/lib\/dracut|(usr\/)?lib\/(udev|systemd|modprobe\.d|sysctl\.d))\//;
const LARGEST_CONFIGURATION = 128 * 1024;

/** The key of an initrd that dracut makes; equal for builds that give the same one. */
export async function initrdKey(facts: CacheKeyFacts, run: Run): Promise<string> {
  const { root, request, profile, epoch, hostState } = facts;
  const { recipe, compression, kernelVersion } = request;
  return keyOf('initrd', {
    revision: REVISION,
    ...{ kernelVersion, profile, epoch, hostState },
    options: dracutOptions(recipe, recipe.add, compression),
    published: publishedBy(compression),
    tree: await relevantEntries(root, run),
  });
}

/** A digest of what dracut reads in a root tree. */
async function relevantEntries(root: FileTree, run: Run): Promise<string> {
  const digest = createDigest('sha256');
  for (const { path, node } of walk(exclude(root, IRRELEVANT.map(fromText)))) {
    digest.update(Buffer.from(`${lineOf(path, node)}\n`, 'latin1'));
    if (node.kind !== 'file' || !CONFIGURATION.test(path)) continue;
    const bytes = await smallBytes(node.content, run, LARGEST_CONFIGURATION);
    if (bytes) digest.update(bytes);
  }
  return digest.hex();
}

/** The key of an initrd that was given. */
export async function givenInitrdKey(content: ExactContent, run: Run): Promise<string> {
  return keyOf('initrd', { given: await treeDigest(FileTree.of({ initrd: file(content) }), run) });
}

/** Compression after dracut. The same name and engine give the same bytes. */
function publishedBy(compression: InitrdCompression): string[] {
  if (compression.by !== 'isopress') return [compression.by];
  const { name, level, engine } = compression.stream;
  return [name, String(level), engine];
}

/** dracut makes directories itself: their times, which change with every entry, do not count. */
function lineOf(path: ByteString, node: Node): string {
  const { kind, mode, uid, gid, mtime } = node;
  const own = node.kind === 'file' ? node.content.size : node.kind === 'symlink' ? node.target : '';
  const time = node.kind === 'directory' ? [] : [mtime.seconds, mtime.nanoseconds];
  return [path, kind, mode, uid, gid, own, ...time].join('\0');
}

/** Where the initrds of a build are kept, and where they are worked on. */
export interface InitrdKeeping {
  readonly caches: readonly Cache[];
  readonly workDirectory: string;
}

const KIND = 'initrd';
const PART = 'initrd';

/** The kept initrd of a key, as a file in the work directory; undefined if there is none. */
export async function readCache({ caches, workDirectory }: InitrdKeeping, key: string): Promise<Initrd | undefined> {
  for (const cache of caches) {
    for (const { blobs, facts } of await cache.find(KIND, key)) {
      const blob = blobs[PART];
      const path = join(workDirectory, `${key}.initrd`);
      if (!blob || !isFacts(facts) || !(await cache.copy(blob, path))) continue;
      return { ...facts, unpackedSize: facts.unpackedSize, content: fileContent(fromText(path), blob.size) };
    }
  }
  return undefined;
}

/** Keeps an initrd, and returns it as a file in the work directory. */
export async function writeCache(
  { caches, workDirectory }: InitrdKeeping,
  key: string,
  initrd: Initrd,
  run: Run,
): Promise<Initrd> {
  const path = join(workDirectory, `${key}.made`);
  const { content, ...facts } = initrd;
  const plan = { ...content, layout: {} };
  const { size } = await writeImage(plan, fileTarget(fromText(path)), { ...run, report: () => {} });
  for (const cache of caches) await cache.keep({ kind: KIND, key, facts }, { [PART]: { path } });
  return { ...facts, content: fileContent(fromText(path), size) };
}

type InitrdFacts = Omit<Initrd, 'content'>;

/** Facts come from outside; a report shows them. */
function isFacts(facts: unknown): facts is InitrdFacts {
  if (typeof facts !== 'object' || facts === null) return false;
  const { compression, modules, absent, isSquashed } = facts as Partial<InitrdFacts>;
  const areNames = (names: unknown) => Array.isArray(names) && names.every((name) => typeof name === 'string');
  const isNamed = typeof compression?.name === 'string' && typeof compression.engine === 'string';
  return isNamed && typeof isSquashed === 'boolean' && areNames(modules) && areNames(absent);
}
