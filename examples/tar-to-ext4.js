// node examples/tar-to-ext4.js ARCHIVE IMAGE
// Converts a tar archive, plain or compressed, to an ext4 image with its owners, links, devices and attributes.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planExt4 } from 'isopress/ext4';
import { writeFile } from 'isopress/io';
import { scanTarball } from 'isopress/source';
import { prepareTree } from 'isopress/tree';

const [archive, image] = process.argv.slice(2);
// A compressed archive is unpacked once, as its files are read in another order than they have in it.
const temporary = await mkdtemp(join(tmpdir(), 'tar-to-ext4-'));
try {
  const { tree, epoch, seed } = prepareTree(await scanTarball(archive, { spool: join(temporary, 'spool.tar') }), {});
  await writeFile(image, planExt4(tree, { seed, epoch, slack: 16 << 20 }));
} finally {
  await rm(temporary, { recursive: true });
}
