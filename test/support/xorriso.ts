// Takes a disc apart with xorriso, and gives the expected result.
import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import { EPOCH_ZERO } from '../../src/bytes/time.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { judge } from './oracle.js';
import { describeDirectory, describeTree, type EntryDescription } from './trees.js';

const isRoot = process.getuid?.() === 0;

/** Extracts everything to `out` and describes it. */
export function extractDisc(image: string, out: string): Map<string, EntryDescription> {
  rmSync(out, { recursive: true, force: true });
  const args = ['-osirrox', 'on:device_files', '-hardlinks', 'on', '-indev', image, '-extract', '/', out];
  const { status, stderr } = judge('xorriso', args);
  expect(status, stderr).toBe(0);
  return masked(describeDirectory(out));
}

/**
 * The description xorriso's extraction should have: whole seconds, no extended attributes. Without the serial numbers of
 * 1.12 it does not see which names share a file.
 */
export async function expectedByXorriso(
  tree: FileTree,
  version: '1.10' | '1.12',
): Promise<Map<string, EntryDescription>> {
  const result = new Map<string, EntryDescription>();
  for (const [path, entry] of await describeTree(tree)) {
    const { linkedTo, ...rest } = entry;
    result.set(path, {
      ...rest,
      mtime: { seconds: entry.mtime.seconds, nanoseconds: 0 },
      xattrs: [],
      ...(version === '1.12' && linkedTo !== undefined ? { linkedTo } : {}),
    });
  }
  return masked(result);
}

/** xorriso neither dates nor gives away symbolic links and makes no sockets; only root gives files away and makes devices. */
function masked(entries: Map<string, EntryDescription>): Map<string, EntryDescription> {
  const kept = [...entries].filter(([, { kind }]) => kind !== 'socket' && (isRoot || !kind.endsWith('-device')));
  return new Map(
    kept.map(([path, entry]) => {
      const timed = entry.kind === 'symlink' ? { ...entry, mtime: EPOCH_ZERO, uid: 0, gid: 0 } : entry;
      return [path, isRoot ? timed : { ...timed, uid: 0, gid: 0, mode: entry.mode & 0o777 }];
    }),
  );
}

/** Reports of xorriso without the values that differ on every disc of another size: identities, places and sizes. */
export function structureOf(image: string): string[] {
  const reports = ['plain', 'as_mkisofs'].flatMap((form) => ['-report_system_area', form, '-report_el_torito', form]);
  return judge('xorriso', ['-indev', image, ...reports])
    .stdout.split('\n')
    .filter((line) => !/GUID|--modification-date|cyl.align|^System area options/i.test(line))
    .map((line) =>
      line
        .replaceAll(image, 'IMAGE')
        .replace(/\s+/g, ' ')
        .replace(/\d{2,}/g, 'N'),
    );
}
