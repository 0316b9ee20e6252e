// node examples/nest-images.js DIRECTORY IMAGE
// Packs a directory as ext4 in squashfs in ISO 9660 in one pass: no temporary file, each input file read once.
import {
  chooseCompression,
  FileTree,
  file,
  planDisc,
  planExt4,
  planSquashfs,
  prepareTree,
  scanDirectory,
  writeFile,
} from 'isopress';

const [directory, image] = process.argv.slice(2);
const { tree, epoch, seed } = prepareTree(await scanDirectory(directory), {});
const rootfs = planExt4(tree, { seed, epoch, label: 'ROOT', slack: 8 << 20 });
const inner = FileTree.of({ 'LiveOS/rootfs.img': file(rootfs) });
const squashfs = planSquashfs(inner, { compression: chooseCompression({ name: 'xz' }), blockSize: 1 << 20, epoch });
const disc = planDisc(FileTree.of({ 'LiveOS/squashfs.img': file(squashfs), 'README.TXT': file('A nested image.\n') }), {
  volumeId: 'NESTED',
  seed,
  epoch,
});
const { size } = await writeFile(image, disc, { run: { jobs: 2 } });
process.stdout.write(`${image}: ${size} bytes\n`);
