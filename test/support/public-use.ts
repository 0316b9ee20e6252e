// A program that uses every subpath of the package: type-checked with several versions of TypeScript, never run.
import {
  chooseCompression,
  FileTree,
  file,
  fileTarget,
  type ImageReport,
  planDisc,
  planExt4,
  planSquashfs,
  prepareTree,
  scanDirectory,
  toBytes,
  walk,
  writeFile,
  writeImage,
} from 'isopress';
import { type Ext4Options, openExt4 } from 'isopress/ext4';
import { openFat, planFat } from 'isopress/fat';
import { followAddress, parseAddress } from 'isopress/image';
import { bytesSource, IsopressError, openImageFile } from 'isopress/io';
import { openIso, tagSeal, verifyTags } from 'isopress/iso';
import { type BuildOptions, buildLiveIso } from 'isopress/live';
import { scanTarball } from 'isopress/source';
import { openSquashfs } from 'isopress/squashfs';
import { directory, type Node, symlink } from 'isopress/tree';

export async function use(): Promise<ImageReport> {
  const { tree, epoch, seed } = prepareTree(await scanDirectory('/srv', { run: { jobs: 2 } }), { exclude: ['*.log'] });
  const options: Ext4Options = { seed, epoch, slack: 1 << 20 };
  const rootfs = planExt4(tree, options);
  const inner = FileTree.of({ 'LiveOS/rootfs.img': file(rootfs), 'a.txt': file('text'), b: file(new Uint8Array(3)) });
  const squashfs = planSquashfs(inner, { compression: chooseCompression({ name: 'gzip' }), epoch });
  const disc = planDisc(FileTree.of({ 'x.img': file(squashfs) }), {
    seed,
    epoch,
    hide: [{ pattern: 'x', from: ['iso'] }],
  });
  const bytes: Uint8Array = await toBytes(planFat(new FileTree(directory({}, [['ü', symlink('a')]])), { seed, epoch }));
  await openFat(bytesSource(bytes));
  await writeImage(rootfs, fileTarget('a.img'), { sha256: true });
  return writeFile('x.iso', disc, { run: { signal: new AbortController().signal } });
}

export async function read(path: string): Promise<string[]> {
  const image = await openImageFile(path);
  try {
    await openExt4(image);
    await openIso(image);
    await openSquashfs(image, { engine: 'portable' });
    await verifyTags(image);
    const { steps } = parseAddress(path);
    const found: { readonly node: Node } = await followAddress(image, steps);
    const archive = await scanTarball('a.tar', { spool: 'b.tar' });
    return [found.node.kind, ...Array.from(walk(archive), (entry) => entry.path)];
  } catch (error) {
    if (error instanceof IsopressError) return [error.code];
    throw error;
  }
}

export const press = (options: BuildOptions) => buildLiveIso({ ...options, run: { jobs: 2 } });
export const seal = tagSeal({ style: 'rh' });
