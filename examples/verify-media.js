// node examples/verify-media.js IMAGE
// Verifies the media-check digests of an image, in either style. Ends with 1 if one differs.
import { openImageFile } from 'isopress/io';
import { verifyTags } from 'isopress/iso';

const image = await openImageFile(process.argv[2]);
try {
  const { style, ok, digests } = await verifyTags(image);
  process.stdout.write(`style ${style}\n`);
  for (const { what, digest, ok: same } of digests) {
    process.stdout.write(`${what} ${digest}: ${same ? 'ok' : 'differs'}\n`);
  }
  process.exitCode = ok ? 0 : 1;
} finally {
  await image.close();
}
