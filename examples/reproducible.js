// node examples/reproducible.js DIRECTORY IMAGE
// Writes an image of a directory, then plans and packs it again with other jobs, and compares the digests.
import { createHash } from 'node:crypto';
import { chooseCompression, planSquashfs, prepareTree, scanDirectory, toBytes, writeFile } from 'isopress';

const [directory, image] = process.argv.slice(2);

async function plan() {
  const { tree, epoch } = prepareTree(await scanDirectory(directory), { epoch: 1_700_000_000, clamp: true });
  return planSquashfs(tree, { compression: chooseCompression({ name: 'gzip' }), epoch });
}

const first = await writeFile(image, await plan(), { sha256: true });
const second = createHash('sha256')
  .update(await toBytes(await plan(), { run: { jobs: 3 } }))
  .digest('hex');
process.stdout.write(`${first.sha256}\n${second}\n`);
process.exitCode = first.sha256 === second ? 0 : 1;
