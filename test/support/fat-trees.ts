// Random trees within what FAT holds, and what a foreign reader extracted from an image, as comparable plain data.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromText, toText } from '../../src/bytes/text.js';
import { timestamp } from '../../src/bytes/time.js';
import { type ExactContent, quietRun } from '../../src/io/content.js';
import { bytesSource, collect } from '../../src/io/memory.js';
import { FileTree } from '../../src/tree/file-tree.js';
import { type Directory, directory, file } from '../../src/tree/node.js';
import { walk } from '../../src/tree/walk.js';
import fc from './random.js';
import { noise } from './trees.js';

const even = (seconds: number) => timestamp(seconds - (seconds % 2));
const times = fc.integer({ min: 315_532_800, max: 4_102_444_800 }).map(even);

const nameArbitrary = fc
  .oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9_~-]{1,8}(\.[a-z0-9]{1,3})?$/) },
    { weight: 2, arbitrary: fc.stringMatching(/^[A-Z0-9]{1,8}(\.[A-Z]{1,3})?$/) },
    { weight: 3, arbitrary: fc.stringMatching(/^[A-Za-z0-9 .+,;=[\]-]{1,40}$/) },
    { weight: 2, arbitrary: fc.stringMatching(/^[a-zäöüßéñčжλ日本語]{1,20}(\.[a-z]{1,4})?$/) },
    { weight: 1, arbitrary: fc.integer({ min: 236, max: 255 }).map((n) => 'n'.repeat(n)) },
    // Names that share their first characters, so that aliases have to be numbered.
    { weight: 3, arbitrary: fc.integer({ min: 0, max: 30 }).map((n) => `common beginning ${n}.config`) },
  )
  .filter((name) => !/^[ .]|[ .]$/.test(name))
  .filter((name) => !/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i.test(name));

const fileArbitrary = fc
  .record({ size: fc.oneof(fc.nat(3), fc.nat(5000), fc.nat(70_000)), seed: fc.nat(99), mtime: times })
  .map(({ size, seed, mtime }) => file<ExactContent>(bytesSource(noise(size, seed)), { mtime }));

interface Shape {
  names: string[];
  files: ReturnType<typeof file<ExactContent>>[];
  dirs: Shape[];
  mtime: ReturnType<typeof timestamp>;
}

/** Trees whose every name, size and time FAT keeps exactly. */
export const fatTreeArbitrary: fc.Arbitrary<FileTree> = fc
  .letrec<{ dir: Shape }>((tie) => ({
    dir: fc.record({
      names: fc.uniqueArray(nameArbitrary, { maxLength: 14, selector: (name) => name.toUpperCase() }),
      files: fc.array(fileArbitrary, { minLength: 1, maxLength: 14 }),
      dirs: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constant<Shape[]>([]),
        fc.array(tie('dir'), { maxLength: 3 }),
      ),
      mtime: times,
    }),
  }))
  .dir.map((shape) => new FileTree(build(shape)));

function build({ names, files, dirs, mtime }: Shape): Directory {
  const entries = names.map((name, i) => {
    const child = dirs[i];
    // A copy: the same node under two names would be a hard link.
    return [fromText(name), child ? build(child) : { ...files[i % files.length]! }] as const;
  });
  return directory<ExactContent>({ mtime }, entries);
}

export interface Extracted {
  readonly kind: 'directory' | 'file';
  readonly mtime?: number;
  readonly sha256?: string;
}

/** Every entry below the root by its path. */
export async function describeFatTree(tree: FileTree): Promise<Map<string, Extracted>> {
  const result = new Map<string, Extracted>();
  for (const { node, path } of walk(tree)) {
    const name = toText(path)!;
    if (name === '') continue;
    if (node.kind === 'directory') result.set(name, { kind: 'directory' });
    if (node.kind !== 'file') continue;
    const sha256 = digest(await collect(node.content, quietRun()));
    result.set(name, { kind: 'file', mtime: node.mtime.seconds, sha256 });
  }
  return result;
}

/** The same of a directory that a judge extracted into. */
export function describeExtracted(top: string): Map<string, Extracted> {
  const result = new Map<string, Extracted>();
  const visit = (at: string) => {
    for (const name of readdirSync(join(top, at)).sort()) {
      const path = at === '' ? name : `${at}/${name}`;
      const stat = statSync(join(top, path));
      if (stat.isDirectory()) {
        result.set(path, { kind: 'directory' });
        visit(path);
      } else {
        const mtime = Math.floor(stat.mtimeMs / 1000);
        result.set(path, { kind: 'file', mtime, sha256: digest(readFileSync(join(top, path))) });
      }
    }
  };
  visit('');
  return result;
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
