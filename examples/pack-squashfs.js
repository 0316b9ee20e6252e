// node examples/pack-squashfs.js DIRECTORY IMAGE
// Packs a directory as a squashfs image compressed by zstd.
import { availableParallelism } from 'node:os';
import { writeFile } from 'isopress/io';
import { scanDirectory } from 'isopress/source';
import { chooseCompression, planSquashfs } from 'isopress/squashfs';
import { prepareTree } from 'isopress/tree';

const [directory, image] = process.argv.slice(2);
const { tree, epoch } = prepareTree(await scanDirectory(directory), {
  exclude: ['*.log'],
  ownership: { uid: 0, gid: 0 },
});
const plan = planSquashfs(tree, { compression: chooseCompression({ name: 'zstd', level: 15 }), epoch });
const { size } = await writeFile(image, plan, { run: { jobs: availableParallelism() } });
process.stdout.write(`${image}: ${size} bytes\n`);
