// Initrds kept from earlier builds, under a name derived from everything that determines one. Entries appear complete or
// not at all, so that builds may share a directory.

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
  /** What of this machine an initrd depends on. */
  readonly hostState: string;
}

/** Raised when the same key would stand for another initrd. */
const FORMAT = 'isopress initrd 2';
/** What dracut never looks at, and what changes from one root tree to the next without any effect. */
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
/** Where small files decide what dracut does: their contents count, beside what is known of every entry. */
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

/** What happens to the initrd after dracut. The same name and engine give the same bytes. */
function publishedBy(compression: InitrdCompression): string[] {
  if (compression.by !== 'isopress') return [compression.by];
  const { name, level, engine } = compression.stream;
  return [name, String(level), engine];
}

/** Directories are made by dracut itself: their times, which change with every neighbour's, do not count. */
function lineOf(path: ByteString, node: Node): string {
  const { kind, mode, uid, gid, mtime } = node;
  const own = node.kind === 'file' ? node.content.size : node.kind === 'symlink' ? node.target : '';
  const time = node.kind === 'directory' ? [] : [mtime.seconds, mtime.nanoseconds];
  return [path, kind, mode, uid, gid, own, ...time].join('\0');
}

/** The kept initrd of a key; undefined when there is none. */
export async function readCache(directory: string, key: string): Promise<Initrd | undefined> {
  const { image, facts } = entryPaths(directory, key);
  try {
    const { size, ...kept } = JSON.parse(await readFile(facts, 'utf8')) as CachedFacts;
    if ((await stat(image)).size !== size) return undefined;
    return { ...kept, unpackedSize: kept.unpackedSize, content: fileContent(fromText(image), size) };
  } catch {
    // Absent or damaged: made anew, and written over.
    return undefined;
  }
}

/**
 * Keeps an initrd; returns it as it is kept. Throws {@link TargetError} when the directory cannot be written to.
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

/** What is known of an initrd beside its bytes. */
interface CachedFacts extends Omit<Initrd, 'content'> {
  /** Bytes of the initrd. */
  readonly size: number;
}

function entryPaths(directory: string, key: string): { image: string; facts: string } {
  return { image: join(directory, `${key}.initrd`), facts: join(directory, `${key}.json`) };
}
