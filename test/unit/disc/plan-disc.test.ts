import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../../src/bytes/text.js';
import { timestamp } from '../../../src/bytes/time.js';
import { type BootEntryOptions, checkEfiImages, type DiscOptions, planDisc } from '../../../src/disc/index.js';
import { InternalError, InvalidInputError, TargetError } from '../../../src/errors.js';
import { planFat } from '../../../src/format/fat/plan.js';
import {
  type Content,
  contentLimit,
  type ExactContent,
  isBackpatch,
  isExact,
  quietRun,
} from '../../../src/io/content.js';
import { bytesSource, collect } from '../../../src/io/memory.js';
import { streamTarget } from '../../../src/io/stream-target.js';
import { writeImage } from '../../../src/io/write-image.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { directory, file, type Node, special, symlink } from '../../../src/tree/node.js';
import { BIOS_IMAGE, bootCode, EPOCH, liveOptions, mediaTree, openContent } from '../../support/discs.js';
import { noise } from '../../support/trees.js';

const esp = bytesSource(noise(1_000_000, 5));
const payload = noise(1_000_000, 7);
const plain: DiscOptions = { epoch: EPOCH, seed: 's' };
const run = quietRun();

describe('layout', () => {
  test('areas follow one another without gap, with the partition descriptors at block 32', () => {
    const { layout } = planDisc(mediaTree(), liveOptions('gpt', esp));
    let block = 0;
    for (const area of layout.areas) {
      expect(area.block).toBe(block);
      block += area.blocks!;
    }
    expect(layout.size).toBe(block * 2048);
    const at = Object.fromEntries(layout.areas.map((area) => [area.name, area.block]));
    expect(at).toMatchObject({
      'system area': 0,
      'volume descriptors': 16,
      'partition volume descriptors': 32,
      'primary directories': 35,
    });
    expect(at['boot catalog']! + 1).toBe(layout.bootEntries[0]!.block);
  });

  test('boot entries and partitions are reported with their places', () => {
    const { layout } = planDisc(mediaTree(), liveOptions('gpt', esp));
    const area = (name: string) => layout.areas.find((one) => one.name === name)!;
    const end = area('appended ESP').block!;
    expect(layout.bootEntries).toEqual([
      { platform: 'bios', image: BIOS_IMAGE, sectors: 4, block: area('files').block },
      { platform: 'efi', image: 'appended-esp', sectors: 1956, block: end },
    ]);
    expect(layout.partitions).toMatchObject([
      { table: 'mbr', number: 1, type: '0xee', start: 1, sectors: layout.size! / 512 - 1 },
      { table: 'gpt', number: 1, name: 'ISO9660', start: 64, sectors: end * 4 - 64 },
      { table: 'gpt', number: 2, name: 'Appended2', start: end * 4, sectors: 1956 },
    ]);
  });

  test('open content leaves out what is not known, and comes last', () => {
    const { layout, ...plan } = planDisc(mediaTree(openContent(payload, 2_000_000)), liveOptions('gpt', esp));
    expect(isExact(plan)).toBe(false);
    expect(layout.size).toBeUndefined();
    expect(layout.areas.slice(-3)).toEqual([
      { name: 'open file LiveOS/squashfs.img', block: expect.any(Number) },
      { name: 'appended ESP', blocks: 489 },
      { name: 'backup GPT', blocks: 16 },
    ]);
    expect(layout.bootEntries[1]).toEqual({ platform: 'efi', image: 'appended-esp', sectors: 1956 });
    expect(layout.partitions.at(-1)).toEqual({
      table: 'gpt',
      number: 2,
      type: expect.any(String),
      name: 'Appended2',
      sectors: 1956,
    });
  });

  test('says what is lost', () => {
    const attributes = { mtime: timestamp(-3e9, 5), xattrs: [{ name: fromText('user.a'), value: new Uint8Array(1) }] };
    const tree = FileTree.of<Content>({ a: file<Content>(esp, attributes), l: symlink(fromText('a')) });
    const codes = (options: DiscOptions) => planDisc(tree, options).layout.losses.map(({ code }) => code);
    expect(codes({ ...plain, joliet: false })).toEqual(['iso9660.mtime-range', 'iso9660.mtime-grain']);
    expect(codes(plain)).toContain('joliet.special-file');
    const device = (major: number, minor: number) =>
      planDisc(FileTree.of<Content>({ d: special('character-device', {}, major, minor) }), { ...plain, joliet: false });
    expect(device(0, 255).layout.losses).toEqual([]);
    expect(device(1, 256).layout.losses).toEqual([]);
    expect(device(0, 256).layout.losses).toMatchObject([{ code: 'iso9660.device-number', count: 1 }]);
    const asUdf = codes({ ...plain, iso9660: false, udf: '1.02' });
    expect(asUdf).toEqual(['udf.xattrs', 'udf.mtime-grain', 'udf.special-file']);
    expect(codes({ ...plain, xattrs: false })).toContain('iso9660.xattrs');
    expect(codes({ ...plain, rockRidge: 'none' })).toEqual(
      expect.arrayContaining(['iso9660.special-file', 'iso9660.xattrs']),
    );
  });
});

describe('values that a disc changes are reported', () => {
  const lossesOf = (names: readonly string[], options: Partial<DiscOptions> = {}) => {
    const tree = FileTree.of<Content>(Object.fromEntries(names.map((name) => [name, file<Content>(esp)])));
    return Object.fromEntries(planDisc(tree, { ...plain, ...options }).layout.losses.map((loss) => [loss.code, loss]));
  };
  const long = 'x'.repeat(100);

  test('names that Joliet cuts or changes, and no others', () => {
    const losses = lossesOf([`${long}1.gz`, 'a:b', 'plain.txt', 'Größe', '😀', 'with blank', 'dir/q?']);
    expect(losses).toMatchObject({ 'joliet.name': { count: 4, examples: ['/a:b', `/${long}1.gz`, '/😀'] } });
    expect(lossesOf([`${long}1`], { joliet: 'long' })).toEqual({});
    expect(lossesOf(['a:b'], { joliet: false })).toEqual({});
    expect(lossesOf(['a:b', 'c'], { hide: [{ pattern: fromText('/a:b'), from: ['joliet'] }] })).toEqual({});
  });

  test.each<[string, Partial<DiscOptions>, string]>([
    ['a label in small letters', { volumeId: 'My-Live' }, 'iso9660.volume-id'],
    ['a label that Joliet cuts', { volumeId: 'A_LABEL_OF_32_CHARACTERS_TO_READ' }, 'joliet.volume-id'],
    ['a label that UDF cuts', { volumeId: 'A_LABEL_OF_32_CHARACTERS_TO_READ', udf: '1.02' }, 'udf.volume-id'],
    ['a system id in small letters', { systemId: 'linux' }, 'iso9660.system-id'],
    ['a publisher in small letters', { publisher: 'A Publisher' }, 'iso9660.text'],
    ['an application id that Joliet cuts', { applicationId: 'A'.repeat(100) }, 'joliet.text'],
  ])('%s', (_, options, code) => {
    const [value] = [options.systemId, options.publisher, options.applicationId, options.volumeId].filter(Boolean);
    expect(lossesOf(['a'], options)).toMatchObject({ [code]: { count: 1, examples: [value] } });
    expect(lossesOf(['a'], { volumeId: 'A_LABEL', systemId: 'LINUX', publisher: 'A PUBLISHER', udf: '1.02' })).toEqual(
      {},
    );
  });

  test('the layout grub without boot code, where a BIOS is to start', () => {
    const tree = mediaTree();
    const options: DiscOptions = { ...plain, layout: 'grub', boot: { bios: { path: BIOS_IMAGE } } };
    const codes = (given: DiscOptions) => planDisc(tree, given).layout.losses.map(({ code }) => code);
    expect(codes(options)).toContain('disc.no-boot-code');
    expect(codes({ ...options, mbr: { code: bootCode } })).not.toContain('disc.no-boot-code');
    expect(codes({ ...plain, layout: 'grub' })).not.toContain('disc.no-boot-code');
  });
});

describe('an EFI boot image that is not FAT', () => {
  const options: DiscOptions = { ...plain, boot: { efi: { path: 'efi.img' } } };
  const check = async (content: Content, given = options) =>
    checkEfiImages(FileTree.of<Content>({ 'efi.img': file<Content>(content) }), given, run);

  test('is refused before anything is written, in any place', async () => {
    const fat = planFat(FileTree.of<ExactContent>({}), { epoch: EPOCH, seed: 's' });
    await check(fat);
    const refused = expect.objectContaining({ code: 'disc.efi-not-fat' });
    await expect(check(esp)).rejects.toThrow(refused);
    await expect(check(bytesSource(new Uint8Array(5)))).rejects.toThrow(refused);
    await expect(check(fat, { ...options, appendedEsp: esp })).rejects.toThrow(refused);
    const hidden = { ...plain, boot: { entries: [{ platform: 'efi' as const, image: esp }] } };
    await expect(check(fat, hidden)).rejects.toThrow(refused);
  });
});

describe('emission', () => {
  test.each(['mbr', 'gpt', 'gpt-hybrid'] as const)(
    'open and exact content give the same disc with %s',
    async (table) => {
      const exact = await collect(planDisc(mediaTree(bytesSource(payload)), liveOptions(table, esp)), run);
      // The open file is the last one of the tree that is exact here, so that both orders of files agree.
      const open = await collect(planDisc(lastOpen(payload), liveOptions(table, esp)), run);
      const same = await collect(planDisc(lastExact(payload), liveOptions(table, esp)), run);
      expect(Buffer.compare(open, same)).toBe(0);
      expect(exact.length).toBeGreaterThan(payload.length);
    },
  );

  test('an exact plan has no backpatches and streams; an open one asks for a file', async () => {
    const exact = planDisc(mediaTree(), liveOptions('gpt', esp));
    for await (const piece of exact.pieces(run)) expect(isBackpatch(piece)).toBe(false);
    let received = 0;
    const sink = () =>
      new Writable({
        write: (chunk, _, done) => {
          received += chunk.length;
          done();
        },
      });
    await writeImage(exact, streamTarget(sink()), run);
    expect(received).toBe(exact.layout.size);
    const open = planDisc(mediaTree(openContent(payload, 2e6)), liveOptions('gpt', esp));
    await expect(writeImage(open, streamTarget(sink()), run)).rejects.toThrow(TargetError);
  });

  test('gives the same bytes again, in any order of the names', async () => {
    const plan = planDisc(mediaTree(openContent(payload, 2e6)), liveOptions('gpt', esp));
    const first = await collect(plan, run);
    const second = await collect(plan, run);
    const reversed = await collect(
      planDisc(reversedTree(mediaTree(openContent(payload, 2e6))), liveOptions('gpt', esp)),
      run,
    );
    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.compare(first, reversed)).toBe(0);
    expect(contentLimit(plan)).toBeGreaterThanOrEqual(first.length);
  });

  test('open content larger than its limit is a bug and reported as one', async () => {
    const plan = planDisc(mediaTree(openContent(payload, payload.length - 1)), plain);
    await expect(collect(plan, run)).rejects.toThrow(InternalError);
  });

  test('two names of one file share its data', async () => {
    const shared = file<Content>(bytesSource(noise(100_000, 1)));
    const one = planDisc(FileTree.of<Content>({ a: shared }), plain);
    const two = planDisc(FileTree.of<Content>({ a: shared, b: shared }), plain);
    expect(two.layout.size).toBe(one.layout.size);
  });

  test('a visible catalog appears in the tree', async () => {
    const { boot, ...rest } = liveOptions('mbr', esp);
    const options = { ...rest, boot: { ...boot, catalogHidden: false, catalogPath: 'boot/x86_64/boot.catalog' } };
    const image = await collect(planDisc(mediaTree(), options), run);
    expect(Buffer.from(image).includes('BOOT.CATALOG;1')).toBe(true);
    for (const catalogPath of ['boot/mbrid', 'boot/mbrid/catalog']) {
      const taken = { ...options, boot: { ...options.boot, catalogPath } };
      expect(() => planDisc(mediaTree(), taken)).toThrow(expect.objectContaining({ code: 'disc.catalog-exists' }));
    }
  });
});

describe('refusals', () => {
  const code = (options: Partial<DiscOptions>, tree = mediaTree()) => {
    try {
      planDisc(tree, { ...plain, ...options });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInputError);
      return (error as InvalidInputError).code;
    }
    return undefined;
  };

  test.each([
    ['nothing', new Uint8Array(0)],
    ['text', Buffer.from('set default=0\n\tmenu ü\r\n')],
    ['a sector without its mark', new Uint8Array(512)],
    ['more than a sector', Buffer.concat([bootCode, Buffer.alloc(1)])],
    ['code that reaches into the partition table', new Uint8Array(447)],
  ])('%s as boot code', (_, bytes) => {
    expect(code({ mbr: { code: bytes } })).toBe('disc.boot-code');
  });

  test('name what is wrong', () => {
    expect(code({ boot: { bios: { path: 'nowhere' } } })).toBe('disc.boot-image-missing');
    expect(code({ boot: { bios: { path: 'boot' } } })).toBe('disc.boot-image-missing');
    expect(code({ boot: { bios: { path: 'boot/mbrid' } } })).toBe('eltorito.boot-image-too-small');
    expect(code({ boot: { efi: 'appended-esp' } })).toBe('disc.options');
    expect(code({ boot: { bios: { path: BIOS_IMAGE, loadSectors: 0 } } })).toBe('disc.option-range');
    expect(code({ mbr: { code: new Uint8Array(1), patchGrub2: true } })).toBe('disc.options');
    expect(code({ volumeId: 'x'.repeat(33) })).toBe('iso9660.text-too-long');
    expect(code({ volumeId: 'ü' })).toBe('iso9660.volume-id');
    const open = mediaTree(openContent(payload, 2e6));
    expect(code({ boot: { bios: { path: 'LiveOS/squashfs.img' } } }, open)).toBe('disc.boot-image-open');
    expect(code({ level: 2 }, mediaTree(openContent(payload, 5e9)))).toBe('iso9660.file-too-large');
  });

  test('parts that a named layout refuses or needs', () => {
    const mbr = { code: bootCode };
    const bios = { path: BIOS_IMAGE };
    expect(code({ layout: 'plain', mbr })).toBe('disc.layout');
    expect(code({ layout: 'plain', partitionTable: 'gpt' })).toBe('disc.layout');
    expect(code({ layout: 'plain', boot: { bios } })).toBeUndefined();
    expect(code({ layout: 'isolinux', mbr })).toBe('disc.layout');
    expect(code({ layout: 'isolinux', boot: { bios } })).toBe('disc.layout');
    expect(code({ layout: 'isolinux', mbr, boot: { bios: { ...bios, grub2BootInfo: true } } })).toBe('disc.layout');
    expect(code({ layout: 'isolinux', mbr, boot: { bios: { ...bios, bootInfoTable: false } } })).toBe('disc.layout');
    expect(code({ layout: 'isolinux', mbr, boot: { bios }, partitionTable: 'gpt' })).toBe('disc.layout');
    expect(code({ layout: 'isolinux', mbr, boot: { bios } })).toBeUndefined();
    expect(code({ layout: 'gpt-only', mbr })).toBe('disc.layout');
    expect(code({ layout: 'uefi-strict' })).toBe('disc.layout');
    expect(code({ layout: 'uefi-strict', appendedEsp: esp, boot: { bios } })).toBe('disc.layout');
    expect(code({ layout: 'uefi-strict', appendedEsp: esp, boot: { efi: 'appended-esp' } })).toBeUndefined();
  });

  test('boot entries that a catalog cannot hold', async () => {
    const entry = { platform: 'bios' as const, image: 'boot/mbrid' };
    const boot = (...entries: BootEntryOptions[]) => code({ boot: { entries } });
    expect(boot(entry)).toBeUndefined();
    expect(boot({ ...entry, emulation: 'floppy' })).toBe('eltorito.floppy-size');
    expect(boot({ ...entry, loadSectors: 65_536 })).toBe('disc.option-range');
    expect(boot({ ...entry, id: 'x'.repeat(25) })).toBe('disc.options');
    expect(boot(entry, { ...entry, id: 'x'.repeat(28) })).toBeUndefined();
    expect(boot({ ...entry, criteria: new Uint8Array(21) })).toBe('disc.options');
    expect(boot(...Array<BootEntryOptions>(32).fill(entry))).toBeUndefined();
    expect(boot(...Array<BootEntryOptions>(33).fill(entry))).toBe('disc.options');
    const plan = planDisc(mediaTree(), { ...plain, boot: { entries: [{ ...entry, emulation: 'hard-disk' }] } });
    await expect(collect(plan, run)).rejects.toMatchObject({ code: 'eltorito.hard-disk-image' });
  });

  test('an image that ISOLINUX would not start from a disk', async () => {
    const options = { ...plain, layout: 'isolinux', mbr: { code: bootCode }, boot: { bios: { path: BIOS_IMAGE } } };
    const plan = planDisc(mediaTree(), options as DiscOptions);
    await expect(collect(plan, run)).rejects.toMatchObject({ code: 'eltorito.not-isolinux' });
  });

  test('more directories than a path table can number', () => {
    const many = Array.from({ length: 65_535 }, (_, i): [ReturnType<typeof fromText>, Node<Content>] => [
      fromText(`d${i}`),
      directory<Content>({}),
    ]);
    const tree = (count: number) => new FileTree(directory<Content>({}, many.slice(0, count)));
    expect(code({}, tree(65_535))).toBe('iso9660.too-many-directories');
    expect(code({}, tree(65_534))).toBeUndefined();
  });
});

/** The media tree with a payload behind every other file. */
function withLast(content: Content): FileTree<Content> {
  const tree = mediaTree();
  const entries = [...tree.root.entries].filter(([name]) => name !== 'LiveOS');
  return new FileTree(directory<Content>(tree.root, [...entries, [fromText('~payload'), file(content)]]));
}
const lastOpen = (bytes: Uint8Array) => withLast(openContent(bytes, 1_500_000));
const lastExact = (bytes: Uint8Array) => withLast(bytesSource(bytes));

function reversedTree(tree: FileTree<Content>): FileTree<Content> {
  const visit = (node: Node<Content>): Node<Content> =>
    node.kind === 'directory'
      ? directory<Content>(
          node,
          [...node.entries].reverse().map(([name, child]) => [name, visit(child)]),
        )
      : node;
  return new FileTree(visit(tree.root) as typeof tree.root);
}
