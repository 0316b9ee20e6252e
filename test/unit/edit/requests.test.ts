// Requests that no edit can carry out, and discs that could not be kept: each is refused by a sentence with a code.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/index.js';
import { NO_COMPRESSION } from '../../../src/compress/index.js';
import { planDisc } from '../../../src/disc/index.js';
import { type EditChanges, type LayerChanges, planEdit, planReset } from '../../../src/edit/index.js';
import { IsopressError } from '../../../src/errors.js';
import { planFat } from '../../../src/format/fat/index.js';
import { planSquashfs } from '../../../src/format/squashfs/index.js';
import { bytesSource, collect, quietRun } from '../../../src/io/index.js';
import { FileTree, file, special, symlink } from '../../../src/tree/index.js';
import { isopress } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';
import { noise } from '../../support/trees.js';

const run = quietRun();
const epoch = { seconds: 1_700_000_000, nanoseconds: 0 };
const given = { epoch, seed: 's' };
const text = (content: string) => file(bytesSource(new TextEncoder().encode(content)));
const MENU = 'menuentry x {\n  linux /boot/vmlinuz a\n  initrd /boot/initrd\n}\n';
const TREE = FileTree.of({
  'boot/grub/grub.cfg': text(MENU),
  'boot/vmlinuz': text('kernel'),
  'boot/initrd': text('initrd'),
  'docs/readme': text('readme'),
});
const ESP = FileTree.of({ 'boot/grub/grub.cfg': text(MENU), 'EFI/BOOT/BOOTX64.EFI': text('MZ') });

const disc = (options: Partial<Parameters<typeof planDisc>[1]> = {}, tree: FileTree = TREE) =>
  collect(planDisc(tree, { ...given, volumeId: 'TEST', ...options }), run);
const fat = (tree: FileTree, size = 64 * 1024) => collect(planFat(tree, { ...given, size }), run);
/** A tree of one file. */
const one = (path: string, content = 'x') => FileTree.of({ [path]: text(content) });

/** The code of the error with which an edit is refused, and its exit code. */
async function refused(image: Uint8Array, changes: EditChanges): Promise<string> {
  try {
    await planEdit(bytesSource(image), changes, run);
    return 'planned';
  } catch (error) {
    if (!(error instanceof IsopressError)) throw error;
    expect(error.message).toMatch(/^\S.* .*\.$/s);
    return `${error.exitCode} ${error.code}`;
  }
}

describe('changes that do not fit the disc', () => {
  for (const [title, changes, expected] of [
    ['an added file that is there', { add: [{ tree: one('docs/readme') }] }, '3 edit.exists'],
    ['a file in the place of a directory', { add: [{ tree: one('docs') }] }, '3 edit.exists'],
    [
      'a directory below a file',
      { add: [{ tree: one('x'), at: fromText('docs/readme/y') }] },
      '3 edit.not-a-directory',
    ],
    ['a file above the root directory', { add: [{ tree: one('x'), at: fromText('/../etc') }] }, '3 tree.bad-name'],
    [
      'another file for one that is not there',
      { replace: [{ path: fromText('none'), file: text('') }] },
      '3 edit.no-file',
    ],
    ['a file for a directory', { replace: [{ path: fromText('docs'), file: text('') }] }, '3 edit.no-file'],
    ['a pattern without a match', { remove: [fromText('*.rpm')] }, '3 edit.no-match'],
    ['a pattern that names nothing', { remove: [fromText('/')] }, '3 tree.bad-pattern'],
    ['a label that is too long', { volumeId: 'x'.repeat(33) }, '2 edit.volume-id'],
    ['a label that is no ASCII', { volumeId: 'Größe' }, '2 edit.volume-id'],
    ['a seed of NoCloud without its files', { seeds: [{ kind: 'nocloud', tree: one('user-data') }] }, '3 edit.seed'],
    ['a file for NoCloud', { seeds: [{ kind: 'nocloud', file: text(''), name: fromText('x') }] }, '3 edit.seed'],
    ['a directory for Anaconda', { seeds: [{ kind: 'kickstart', tree: one('ks.cfg') }] }, '3 edit.seed'],
    [
      'combustion on a medium of another label',
      { seeds: [{ kind: 'combustion', tree: one('script') }] },
      '3 edit.seed-label',
    ],
    ['a mode of nothing', { attributes: [{ path: fromText('none'), mode: 0o600 }] }, '3 edit.no-entry'],
    [
      'a mode by a pattern that matches nothing',
      { attributes: [{ path: fromText('no*'), mode: 0o600 }] },
      '3 edit.no-match',
    ],
    ['changes inside a file that is not there', { inside: [{ path: fromText('none') }] }, '3 edit.no-file'],
    ['changes inside a directory', { inside: [{ path: fromText('docs') }] }, '3 edit.no-file'],
    ['changes inside the root directory', { inside: [{ path: fromText('/') }] }, '3 edit.no-file'],
    ['changes inside a text', { inside: [{ path: fromText('docs/readme') }] }, '3 edit.layer-format'],
    ['changes inside an image inside a file', { inside: [{ path: fromText('docs/readme/x') }] }, '3 edit.layer-format'],
    [
      'a device for an initrd',
      { initrdAppend: FileTree.of({ null: special('character-device', {}, 1, 3) }) },
      '3 edit.initrd-entry',
    ],
  ] as const) {
    test(title, async () => expect(await refused(await disc(), changes as EditChanges)).toBe(expected));
  }
  test('kernel arguments on a disc without a menu', async () => {
    const image = await disc({}, one('x'));
    expect(await refused(image, { kernelArguments: { add: ['a'] } })).toBe('3 edit.no-menu');
  });
  test('an archive for initrds that no menu loads', async () => {
    const image = await disc({}, FileTree.of({ 'boot/grub/grub.cfg': text('menuentry x {\n linux /v\n}\n') }));
    expect(await refused(image, { initrdAppend: one('x') })).toBe('3 edit.no-initrd');
  });
  test('a menu that grows in a full FAT volume', async () => {
    const full = FileTree.of({ ...{ 'boot/grub/grub.cfg': text(MENU) }, filler: file(bytesSource(noise(42_000, 1))) });
    const appendedEsp = bytesSource(await fat(full));
    const image = await disc({ partitionTable: 'gpt', appendedEsp });
    const add = Array.from({ length: 2000 }, (_, i) => `argument.${i}`);
    expect(await refused(image, { kernelArguments: { add } })).toBe('3 edit.esp-full');
  });
  test('a larger image for a file that is a partition', async () => {
    const esp = bytesSource(await fat(ESP));
    const tree = FileTree.of({ 'boot/esp.img': file(esp) });
    const image = await disc({ partitionTable: 'gpt', boot: { efi: { path: 'boot/esp.img' } } }, tree);
    const larger = file(bytesSource(noise(200_000, 1)));
    expect(await refused(image, { replace: [{ path: fromText('boot/esp.img'), file: larger }] })).toBe(
      '3 edit.partition-size',
    );
  });
});

test('a file that is the boot catalog is not replaced', async () => {
  const image = await disc({
    boot: { bios: { path: 'boot/vmlinuz', bootInfoTable: false }, catalogPath: 'boot.cat', catalogHidden: false },
  });
  expect(await refused(image, { replace: [{ path: fromText('boot.cat'), file: text('x') }] })).toBe('3 edit.catalog');
});

test('a boot image with a table in it is not replaced by a file without room for one', async () => {
  const tree = FileTree.of({ 'boot/image': file(bytesSource(noise(5000, 1))) });
  const image = await disc({ boot: { bios: { path: 'boot/image' } } }, tree);
  const changes = { replace: [{ path: fromText('boot/image'), file: text('x') }] };
  expect(await refused(image, changes)).toBe('3 eltorito.boot-image-too-small');
});

test('a boot image that is removed from the files is reported', async () => {
  const image = await disc({ boot: { bios: { path: 'boot/vmlinuz', bootInfoTable: false } } });
  const { layout } = await planEdit(bytesSource(image), { remove: [fromText('/boot/vmlinuz')] }, run);
  expect(layout.losses.map(({ code }) => code)).toEqual(['edit.hidden-image']);
});

test('texts of menus are UTF-8: kernel arguments, and the entry that is found by its title', async () => {
  const menu = 'menuentry Voilà {\n linux /boot/vmlinuz vu=déjà old=à end\n}\n';
  const image = await disc({}, FileTree.of({ 'boot/grub/grub.cfg': text(menu) }));
  const kernelArguments = { add: ['new=à', 'vu=déjà'], remove: ['old=à'] };
  const plan = await planEdit(bytesSource(image), { kernelArguments, defaultEntry: 'voilà' }, run);
  const edited = "set default='Voilà'\nmenuentry Voilà {\n linux /boot/vmlinuz vu=déjà end 'new=à'\n}\n";
  expect(Buffer.from(await collect(plan, run)).includes(edited)).toBe(true);
  expect(plan.layout.losses).toEqual([]);
  const other = await planEdit(bytesSource(image), { defaultEntry: 'là' }, run);
  expect(other.layout.losses).toMatchObject([{ code: 'edit.default-entry', examples: ['là'] }]);
});

test.each([
  ['root=live:CDLABEL=TEST', ['edit.label'], "'root=live:CDLABEL=A B'"],
  ['root=live:CDLABEL=TEST', [], 'root=live:CDLABEL=A-B', 'A-B'],
  ['x.label=TEST', ['edit.label'], 'x.label=A\\x20B'],
  ['root=/dev/sda', [], 'root=/dev/sda'],
  ['inst.ks=hd:LABEL=TEST:/ks.cfg', ['edit.label'], 'inst.ks=hd:LABEL=A\\x20B:/ks.cfg'],
  ['root=live:CDLABEL=TEST', ['edit.label'], "'root=live:CDLABEL=A \\x28B'", 'A (B'],
])('a label that a system may not find by %s is reported: %j', async (argument, losses, written, volumeId = 'A B') => {
  const menu = `menuentry x {\n linux /boot/vmlinuz ${argument}\n}\n`;
  const image = await disc({ volumeId: 'TEST' }, FileTree.of({ 'boot/grub/grub.cfg': text(menu) }));
  const plan = await planEdit(bytesSource(image), { volumeId }, run);
  expect(plan.layout.losses.map(({ code }) => code)).toEqual(losses);
  expect(Buffer.from(await collect(plan, run)).includes(`linux /boot/vmlinuz ${written}\n`)).toBe(true);
});

describe('discs that could not be kept', () => {
  test('with UDF in a metadata partition', async () => {
    expect(await refused(await disc({ udf: '2.60' }), {})).toBe('3 edit.udf-partition');
    await expect(planEdit(bytesSource(await disc({ udf: '2.60' })), {}, run)).rejects.toThrow(
      /is in a metadata partition, as of UDF 2\.50,/,
    );
  });
  test('cut short', async () => {
    const image = await disc();
    expect(await refused(image.slice(0, image.length - 2048), {})).toBe('3 edit.truncated');
  });
  test('with a damaged GPT', async () => {
    const image = await disc({ partitionTable: 'gpt' });
    image[512 + 60]! ^= 1;
    expect(await refused(image, {})).toBe('3 edit.gpt');
  });
  test('with a damaged boot catalog', async () => {
    const image = await disc({ boot: { bios: { path: 'boot/vmlinuz', bootInfoTable: false } } });
    const catalog = new DataView(image.buffer).getUint32(17 * 2048 + 71, true);
    image[catalog * 2048 + 28]! ^= 1;
    expect(await refused(image, {})).toBe('3 edit.boot-catalog');
  });
  test('with a second session', async () => {
    const image = await disc();
    const second = new Uint8Array(image.length + 64 * 2048);
    second.set(image);
    // A descriptor after the first volume, with a root directory after it.
    const at = image.length + 16 * 2048;
    second.set(image.subarray(16 * 2048, 17 * 2048), at);
    const root = at / 2048 + 2;
    for (const place of [at + 156 + 2, root * 2048 + 2]) new DataView(second.buffer).setUint32(place, root, true);
    second.set([34, 0], root * 2048);
    new DataView(second.buffer).setUint32(root * 2048 + 2, root, true);
    second.set([1, 0], root * 2048 + 32);
    expect(await refused(second, {})).toBe('3 edit.sessions');
  });
  test('of another kind', async () => {
    expect(await refused(await fat(TREE), {})).toBe('3 edit.not-an-iso');
  });
});

describe('the command', () => {
  const scratch = scratchDirectory();
  const at = (name: string) => join(scratch, name);
  mkdirSync(at('empty'));
  for (const [args, status, code] of [
    [['none.iso', 'out.iso'], 3, 'source.enoent'],
    [['disc.iso', 'disc.iso'], 4, 'target.exists'],
    [['disc.iso', 'out.iso', '--replace', 'disc.iso'], 2, 'edit.no-destination'],
    [['disc.iso', 'out.iso', '--seed', 'unattended=disc.iso'], 2, 'edit.seed-kind'],
    [['disc.iso', 'out.iso', '--timeout', 'soon'], 2, '--timeout'],
    [['disc.iso', 'out.iso', '--inside', 'a.img', '--inside', 'b.img'], 2, 'and a.img was given before'],
    [['disc.iso', 'out.iso', '--add', 'none:/x'], 3, 'source.enoent'],
    [['disc.iso', 'out.iso', '--volume-id', ''], 2, 'edit.volume-id'],
    [['disc.iso', 'out.iso', '--volume-id', 'Größe'], 2, '"Größe" cannot be'],
    [['disc.iso', 'out.iso', '--add', 'disc.iso:/../x/y'], 3, 'tree.bad-name'],
  ] as const) {
    test(args.join(' '), async () => {
      writeFileSync(at('disc.iso'), await disc());
      const ended = isopress(['edit', ...args, '--quiet'], { cwd: scratch });
      expect(ended).toMatchObject({ status, stdout: '' });
      expect(ended.stderr).toContain(code);
    });
  }
});

describe('changes that do not fit a layer of the disc', () => {
  const squashfs = (tree: FileTree) =>
    collect(planSquashfs(tree, { compression: NO_COMPRESSION, epoch: given.epoch }), run);
  const image = async (tree: FileTree) =>
    disc({}, FileTree.of({ 'LiveOS/squashfs.img': file(bytesSource(await squashfs(tree))) }));
  const inside = (changes: Omit<LayerChanges, 'path'>): EditChanges => ({
    inside: [{ path: fromText('/LiveOS/squashfs.img'), ...changes }],
  });
  const SYSTEM = FileTree.of({ 'usr/lib/a': text('a'), lib: symlink(fromText('usr/lib')), 'etc/x': text('x') });
  const LIVE = FileTree.of({ 'LiveOS/rootfs.img': text('ext4') });
  for (const [title, tree, changes, expected] of [
    ['a pattern without a match', SYSTEM, { remove: [fromText('*.rpm')] }, '3 edit.no-match'],
    ['another file for none', SYSTEM, { replace: [{ path: fromText('b'), file: text('') }] }, '3 edit.no-file'],
    ['a file for a directory', SYSTEM, { replace: [{ path: fromText('lib'), file: text('') }] }, '3 edit.no-file'],
    ['a file that is there, through a link', SYSTEM, { add: [{ tree: one('lib/a') }] }, '3 edit.exists'],
    ['a file for a link', SYSTEM, { add: [{ tree: one('lib') }] }, '3 edit.exists'],
    ['a file above it', SYSTEM, { add: [{ tree: one('y'), at: fromText('../etc') }] }, '3 tree.bad-name'],
    ['files below a file', SYSTEM, { add: [{ tree: one('y'), at: fromText('etc/x/z') }] }, '3 edit.not-a-directory'],
    ['an owner of nothing', SYSTEM, { attributes: [{ path: fromText('b'), uid: 1 }] }, '3 edit.no-entry'],
    ['files beside a nested file system', LIVE, { add: [{ tree: one('etc/motd') }] }, '3 edit.layer-nested'],
  ] as const) {
    test(title, async () => expect(await refused(await image(tree), inside(changes as EditChanges))).toBe(expected));
  }

  test('data after the image, such as a hash tree', async () => {
    const bytes = Buffer.concat([await squashfs(SYSTEM), Buffer.alloc(4096, 1)]);
    const tree = FileTree.of({ 'LiveOS/squashfs.img': file(bytesSource(bytes)) });
    const changes = inside({ remove: [fromText('/etc')] });
    expect(await refused(await disc({}, tree), changes)).toBe('3 squashfs.data-after');
  });
});

test('a disc without Rock Ridge has no modes to change', async () => {
  const image = await disc({ rockRidge: 'none' }, FileTree.of({ 'README.TXT': text('x') }));
  const changes = { attributes: [{ path: fromText('README.TXT'), mode: 0o600 }] };
  expect(await refused(image, changes)).toBe('3 edit.no-attributes');
});

test('new data are in the order of their weights', async () => {
  const tree = FileTree.of({ 'new/a': text('first by name'), 'new/b': text('second by name') });
  const sort = [{ pattern: fromText('/new/b'), weight: 1 }];
  const bytes = Buffer.from(
    await collect(await planEdit(bytesSource(await disc()), { add: [{ tree }], sort }, run), run),
  );
  expect(bytes.indexOf('second by name')).toBeLessThan(bytes.indexOf('first by name'));
});

describe('a disc that cannot be taken back', () => {
  const edited = async (changes: EditChanges) => collect(await planEdit(bytesSource(await disc()), changes, run), run);
  const reset = async (image: Uint8Array) => {
    try {
      await collect(await planReset(bytesSource(image)), run);
      return 'written';
    } catch (error) {
      if (!(error instanceof IsopressError)) throw error;
      return error.code;
    }
  };
  const CHANGES: EditChanges = { volumeId: 'OTHER', add: [{ tree: one('added') }] };

  test('without a record', async () => {
    expect(await reset(await disc())).toBe('edit.no-record');
    expect(await reset(await edited(CHANGES))).toBe('edit.no-record');
    expect(await reset(await edited({ ...CHANGES, resettable: true }))).toBe('written');
  });

  test('after another edit that added files', async () => {
    const first = await edited({ ...CHANGES, resettable: true });
    const second = await planEdit(bytesSource(first), { add: [{ tree: one('more') }] }, run);
    expect(await reset(await collect(second, run))).toBe('edit.no-record');
  });

  test('with other bytes in a file that the edit kept', async () => {
    const image = Buffer.from(await edited({ ...CHANGES, resettable: true }));
    image[image.indexOf('readme\0') === -1 ? image.lastIndexOf('kernel') : image.indexOf('readme\0')]! ^= 1;
    expect(await reset(image)).toBe('edit.reset-changed');
  });

  test('with a damaged record: an error about it, or the old disc', async () => {
    const image = await edited({ ...CHANGES, resettable: true });
    const end = Buffer.from(image).lastIndexOf('isopress edit 1') + 16;
    const answers = new Set<string>();
    for (let at = end - 96; at < end; at++) {
      const damaged = image.slice();
      damaged[at]! ^= 0xa5;
      answers.add(await reset(damaged));
    }
    // Bytes of the trailer that mean nothing may change.
    answers.delete('written');
    expect([...answers].filter((code) => !/^(?:edit|io|source|image)\./.test(code))).toEqual([]);
    expect(answers).toContain('edit.record');
    expect(answers).toContain('edit.reset-changed');
  });
});
