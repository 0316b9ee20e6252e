// node examples/list-iso.js IMAGE
// Lists what is on a disc: its volume, its boot entries, and every entry with mode, owner and size.
import { openImage } from 'isopress/image';
import { openImageFile } from 'isopress/io';
import { readBootEntries, recogniseIso } from 'isopress/iso';
import { walk } from 'isopress/tree';

const image = await openImageFile(process.argv[2]);
try {
  const volume = await recogniseIso(image);
  if (!volume) throw new Error('This is not an ISO 9660 image.');
  process.stdout.write(`volume ${volume.volumeId}\n`);
  for (const { platform, bootable } of await readBootEntries(image, volume.bootRecords)) {
    process.stdout.write(`boot entry for ${platform}${bootable ? '' : ', not bootable'}\n`);
  }
  const tree = await (await openImage(image)).tree();
  for (const { path, node } of walk(tree)) {
    const size = node.kind === 'file' ? node.content.size : 0;
    process.stdout.write(`${node.kind} ${node.mode.toString(8)} ${node.uid}:${node.gid} ${size} /${path}\n`);
  }
} finally {
  await image.close();
}
