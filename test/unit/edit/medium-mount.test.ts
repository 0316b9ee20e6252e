// Where a seed's argument points: the module for live systems in the initrd says where it mounts the medium.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planEdit } from '../../../src/edit/index.js';
import { renderCpio } from '../../../src/format/cpio/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { noise } from '../../support/trees.js';

const run = quietRun();
const epoch = { seconds: 1_700_000_000, nanoseconds: 0 };
const bytes = (content: string | Uint8Array) => file(bytesSource(Buffer.from(content as string)));
const cpio = (path: string, content: string | Uint8Array) =>
  renderCpio([{ path: fromText(path), mode: 0o644, mtime: 0, bytes: Buffer.from(content as string) }]);

const SCRIPT = 'function base {\n    local overlay_base=/run/elsewhere\n    mkdir -p $overlay_base\n}\n';
const KIWI = Buffer.concat([
  cpio('big', noise(300_000, 1)),
  cpio('lib/kiwi-live-lib.sh', SCRIPT),
  cpio('usr', noise(300_000, 3)),
]);
const EARLY = cpio('kernel/x86/microcode/GenuineIntel.bin', noise(5000, 2));

/** The argument that a seed for cloud-init adds to the menu of a disc. */
async function argumentOn(initrd: Uint8Array, live = 'LiveOS/squashfs.img'): Promise<string | undefined> {
  const tree = FileTree.of({
    'boot/grub/grub.cfg': bytes('menuentry x {\n  linux /boot/vmlinuz a\n  initrd /boot/initrd\n}\n'),
    'boot/vmlinuz': bytes('kernel'),
    'boot/initrd': bytes(initrd),
    [live]: bytes('root'),
  });
  const image = await collect(planDisc(tree, { epoch, seed: 's', volumeId: 'TEST' }), run);
  const seed = FileTree.of({ 'user-data': bytes(''), 'meta-data': bytes('') });
  const edit = await planEdit(bytesSource(image), { seeds: [{ kind: 'nocloud', tree: seed }] }, run);
  const text = Buffer.from(await collect(edit, run)).toString('latin1');
  return /linux \/boot\/vmlinuz a '?ds=nocloud;s=(.*?)nocloud\//.exec(text)?.[1];
}

test.each([
  ['compressed', gzipSync(KIWI), '/run/elsewhere/live/'],
  ['not compressed', KIWI, '/run/elsewhere/live/'],
  ['after microcode', Buffer.concat([EARLY, gzipSync(KIWI)]), '/run/elsewhere/live/'],
  ['before another archive', Buffer.concat([gzipSync(KIWI), Buffer.alloc(3), cpio('x', 'y')]), '/run/elsewhere/live/'],
  ['cut off', gzipSync(KIWI).subarray(0, 200_000), '/run/initramfs/live/'],
  [
    "with dracut's module",
    gzipSync(cpio('sbin/dmsquash-live-root', 'mount /run/initramfs/live')),
    '/run/initramfs/live/',
  ],
  ['empty', new Uint8Array(0), '/run/initramfs/live/'],
])('on a medium of LiveOS whose initrd is %s', async (_, initrd, mount) => {
  expect(await argumentOn(initrd)).toBe(mount);
});

test.each([
  ['live/filesystem.squashfs', '/run/live/medium/'],
  ['casper/filesystem.squashfs', '/cdrom/'],
])('on a medium with %s', async (live, mount) => {
  expect(await argumentOn(gzipSync(KIWI), live)).toBe(mount);
});
