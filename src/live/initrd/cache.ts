// Initrds kept from earlier builds, named by a digest of everything that determines one. Entries appear complete or
// not at all, so builds may share a directory.

import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ByteString, fromText } from '../../bytes/index.js';
import { TargetError } from '../../errors.js';
import { createDigest, fileContent, fileTarget, type Run, smallBytes, writeImage } from '../../io/index.js';
import { exclude, type FileTree, type Node, walk } from '../../tree/index.js';
import { writeText } from '../files/text-file.js';
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
const FORMAT = 'isopress initrd 2';
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

/** Hexadecimal; equal for builds that give the same initrd. */
export async function initrdKey(facts: CacheKeyFacts, run: Run): Promise<string> {
  const { root, request, profile, epoch, hostState } = facts;
  const digest = createDigest('sha256');
  const add = (text: string) => digest.update(Buffer.from(`${text.length} ${text}\n`, 'latin1'));
  for (const text of [FORMAT, request.kernelVersion, profile, String(epoch), hostState]) add(fromText(text));
  for (const option of dracutOptions(request.recipe, request.recipe.add, request.compression)) add(option);
  for (const text of publishedBy(request.compression)) add(text);
  for (const { path, node } of walk(exclude(root, IRRELEVANT.map(fromText)))) {
    add(lineOf(path, node));
    if (node.kind !== 'file' || !CONFIGURATION.test(path)) continue;
    const bytes = await smallBytes(node.content, run, LARGEST_CONFIGURATION);
    if (bytes) digest.update(bytes);
  }
  return digest.hex();
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

/** The kept initrd of a key; undefined if there is none. */
export async function readCache(directory: string, key: string): Promise<Initrd | undefined> {
  const { image, facts } = entryPaths(directory, key);
  try {
    const { size, ...kept } = JSON.parse(await readFile(facts, 'utf8')) as CachedFacts;
    if ((await stat(image)).size !== size) return undefined;
    return { ...kept, unpackedSize: kept.unpackedSize, content: fileContent(fromText(image), size) };
  } catch {
    // Absent or damaged: it is made again and overwritten.
    return undefined;
  }
}

/**
 * Keeps an initrd, and returns the kept one. Throws {@link TargetError} if the directory cannot be written to.
 */
export async function writeCache(directory: string, key: string, initrd: Initrd, run: Run): Promise<Initrd> {
  const { image, facts } = entryPaths(directory, key);
  await mkdir(directory, { recursive: true }).catch((error) => {
    throw new TargetError('target.no-cache-directory', `${directory} cannot be made: ${(error as Error).message}.`, {
      path: directory,
      cause: error,
    });
  });
  const { content, ...kept } = initrd;
  const plan = { ...content, layout: {} };
  const { size } = await writeImage(plan, fileTarget(fromText(image), { force: true }), { ...run, report: () => {} });
  // Last: only an entry with its facts counts.
  await writeText(facts, `${JSON.stringify({ ...kept, size } satisfies CachedFacts)}\n`);
  return { ...kept, content: fileContent(fromText(image), size) };
}

/** Facts about a kept initrd. */
interface CachedFacts extends Omit<Initrd, 'content'> {
  /** Bytes of the initrd. */
  readonly size: number;
}

function entryPaths(directory: string, key: string): { image: string; facts: string } {
  return { image: join(directory, `${key}.initrd`), facts: join(directory, `${key}.json`) };
}
