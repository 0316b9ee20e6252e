// Where a seed goes and its argument points: the initrd says where it mounts the medium, and whether it does.
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { planEdit, type Seed } from '../../../src/edit/index.js';
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

/** The edited disc, whose menu starts a kernel with this initrd. */
async function seeded(initrd: Uint8Array, live: string, seed: Seed): Promise<Buffer> {
  const tree = FileTree.of({
    'boot/grub/grub.cfg': bytes('menuentry x {\n  linux /boot/vmlinuz a\n  initrd /boot/initrd\n}\n'),
    'boot/vmlinuz': bytes('kernel'),
    'boot/initrd': bytes(initrd),
    [live]: bytes('root'),
  });
  const image = await collect(planDisc(tree, { epoch, seed: 's', volumeId: 'TEST' }), run);
  return Buffer.from(await collect(await planEdit(bytesSource(image), { seeds: [seed] }, run), run));
}

/** The argument that a seed for cloud-init adds to the menu of a disc. */
async function argumentOn(initrd: Uint8Array, live = 'LiveOS/squashfs.img'): Promise<string | undefined> {
  const tree = FileTree.of({ 'user-data': bytes(''), 'meta-data': bytes('') });
  const text = (await seeded(initrd, live, { kind: 'nocloud', tree })).toString('latin1');
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

test.each([
  ['that starts over a network gets its file in the initrd', 'S30initrd-preseed', ''],
  ['of a disc gets its file on the disc', 'cdrom-detect.postinst', ' file=/cdrom/preseed.cfg'],
  ['of an unknown kind gets its file on the disc', 'other', ' file=/cdrom/preseed.cfg'],
])("Debian's installer %s", async (_, name, argument) => {
  const initrd = gzipSync(Buffer.concat([cpio('lib/S30initrd-preseed', ''), cpio(name, noise(300_000, 1))]));
  const seed = { kind: 'preseed', name: fromText('x.cfg'), file: bytes('d-i given answer') } as const;
  const given = name === 'other' ? gzipSync(cpio(name, '')) : initrd;
  const disc = await seeded(given, 'README', seed);
  const text = disc.toString('latin1');
  expect(/linux \/boot\/vmlinuz a (.*)/.exec(text)?.[1]).toBe(`auto=true priority=critical${argument}`);
  const archive = disc.indexOf('preseed.cfg\0');
  const appended = disc.indexOf(given) + Math.ceil(given.length / 4) * 4;
  expect(archive > appended && archive < appended + 120).toBe(argument === '');
});
