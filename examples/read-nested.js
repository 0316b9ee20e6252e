// node examples/read-nested.js live.iso/LiveOS/squashfs.img/LiveOS/rootfs.img/etc/os-release
// Prints a file that is in an image in an image, without mounting or unpacking any of them.
import { followAddress, parseAddress } from 'isopress/image';
import { openImageFile, toBytes } from 'isopress/io';

const { file, steps } = parseAddress(process.argv[2]);
const image = await openImageFile(file);
try {
  const { node } = await followAddress(image, steps);
  if (node.kind !== 'file') throw new Error('This is not a file.');
  process.stdout.write(await toBytes(node.content));
} finally {
  await image.close();
}
