// Named layouts, judged by xorriso's own discs, by partition tools, and by adding one more partition after the payload.
import { copyFileSync, mkdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { LAYOUT_NAMES, type LayoutName, planDisc } from '../../src/disc/index.js';
import { bytesSource } from '../../src/io/memory.js';
import type { FileTree } from '../../src/tree/file-tree.js';
import { bootCode, EPOCH, openContent, writeDisc } from '../support/discs.js';
import { ISOLINUX_IMAGE, isolinuxTree, layoutOptions } from '../support/layout-discs.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';
import { extractDisc } from '../support/xorriso.js';

const scratch = scratchDirectory();
const esp = bytesSource(noise(1_000_000, 1));
const partitioned = LAYOUT_NAMES.filter((name) => name !== 'plain' && name !== 'chrp');

function press(name: LayoutName, withEsp = true): Promise<string> {
  const plan = planDisc(
    isolinuxTree(openContent(noise(700_001, 2), 6e9)),
    layoutOptions(name, withEsp ? esp : undefined),
  );
  return writeDisc(plan, join(scratch, `${name}${withEsp ? '-esp' : ''}.iso`));
}

/** `start= …, size= …` of every partition as sfdisk dumps them. */
function dump(image: string): string[] {
  const { status, stdout, stderr } = judge('sfdisk', ['-d', image]);
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return stdout.split('\n').filter((line) => line.includes('start='));
}

const startOf = (line: string) => Number(/start= *(\d+)/.exec(line)![1]);
const sizeOf = (line: string) => Number(/size= *(\d+)/.exec(line)![1]);

function systemArea(image: string): string[] {
  const { stdout, stderr } = judge('xorriso', [
    '-indev',
    image,
    '-report_system_area',
    'plain',
    '-report_el_torito',
    'plain',
  ]);
  expect(stderr).not.toMatch(/WARNING|SORRY|FAILURE|FATAL/);
  return stdout.split('\n').filter((line) => !/GUID/.test(line));
}

/** The call that KIWI makes for ISOLINUX. */
function pressIsolinux(tree: string, out: string, espFile?: string): void {
  const code = join(scratch, 'isohdpfx.bin');
  writeFileSync(code, bootCode);
  const image = (...options: string[]) => options.flatMap((option) => ['-boot_image', ...option.split(' ')]);
  const args = [
    ...['-joliet', 'on', '-padding', '0', '-compliance', 'no_emul_toc', '-volid', 'CDROM', '-outdev', out],
    ...['-map', tree, '/'],
    ...image(`isolinux bin_path=${ISOLINUX_IMAGE}`, `isolinux system_area=${code}`, 'isolinux partition_table=on'),
    ...image('any partition_offset=16', 'any cat_path=boot/x86_64/boot.catalog', 'any cat_hidden=on'),
    ...image('any boot_info_table=on', 'any platform_id=0x00', 'any emul_type=no_emulation', 'any load_size=2048'),
    ...(espFile === undefined
      ? []
      : [
          ...['-append_partition', '2', '0xef', espFile],
          ...image('any next', 'any efi_path=--interval:appended_partition_2:all::'),
          ...image('any platform_id=0xef', 'any emul_type=no_emulation'),
        ]),
  ];
  const { status, stderr } = judge('xorriso', args);
  expect(status, stderr).toBe(0);
}

describe('isolinux', () => {
  for (const withEsp of [false, true]) {
    oracle('xorriso', 'sfdisk')(
      `is what xorriso makes of the same tree: ${withEsp ? 'with' : 'without'} ESP`,
      async () => {
        const tree = isolinuxTree() as FileTree;
        const media = join(scratch, 'media');
        // Serial numbers make xorriso restore the hard links of the tree, so that it has the same data to place.
        extractDisc(
          await writeDisc(planDisc(tree, { epoch: EPOCH, seed: 's', rockRidge: '1.12' }), `${media}.iso`),
          media,
        );
        const theirs = join(scratch, `theirs-${withEsp}.iso`);
        writeFileSync(join(scratch, 'esp.img'), noise(1_000_000, 1));
        pressIsolinux(media, theirs, withEsp ? join(scratch, 'esp.img') : undefined);
        const options = layoutOptions('isolinux', withEsp ? esp : undefined);
        const ours = await writeDisc(planDisc(tree, options), join(scratch, `ours-${withEsp}.iso`));
        expect(systemArea(ours)).toEqual(systemArea(theirs));
        const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/^[^:]*:/, ''));
        expect(bare(dump(ours))).toEqual(bare(dump(theirs)));
      },
    );
  }

  oracle('sfdisk')('ends partition 1 at a cylinder, also behind open content', async () => {
    const [payload, system] = dump(await press('isolinux'));
    expect(payload).toMatch(/start= +64, .*type=17, bootable$/);
    expect((startOf(payload!) + sizeOf(payload!)) % 2048).toBe(0);
    expect(startOf(system!)).toBe(startOf(payload!) + sizeOf(payload!));
    expect(system).toMatch(/type=ef$/);
    const id = judge('sfdisk', ['--disk-id', join(scratch, 'isolinux-esp.iso')]).stdout;
    expect(id).toMatch(/^0x[0-9a-f]{8}\n$/);
    expect(id).not.toBe('0x00000000\n');
  });
});

describe('gpt-only and uefi-strict', () => {
  for (const name of ['gpt-only', 'uefi-strict'] as const) {
    oracle(
      'sgdisk',
      'sfdisk',
      'xorriso',
    )(`${name}: one protective entry, no code, a clean GPT`, async () => {
      const image = await press(name);
      expect(judge('sgdisk', ['-v', image]).stdout).toContain('No problems found');
      const [payload, system, ...more] = dump(image);
      expect(more).toEqual([]);
      expect(payload).toMatch(/start= +64, .*name="ISO9660"/);
      expect(system).toMatch(/size= +1956, type=C12A7328-/);
      if (name === 'uefi-strict') expect(startOf(system!) % 2048).toBe(0);
      const head = judge('dd', [`if=${image}`, 'bs=512', 'count=1', 'status=none']).stdout;
      expect(head.slice(0, 446)).toBe('\0'.repeat(446));
      expect([...head.slice(446, 512)].filter((byte) => byte === '\xee')).toHaveLength(1);
      expect(head.slice(462, 510)).toBe('\0'.repeat(48));
      const entries = systemArea(image).filter((line) => line.startsWith('El Torito boot img'));
      expect(entries.map((line) => line.split(/ +/)[6])).toEqual(name === 'gpt-only' ? ['BIOS', 'UEFI'] : ['UEFI']);
    });
  }
});

describe('plain', () => {
  oracle('xorriso', 'sfdisk')('has no partition table', async () => {
    const image = await press('plain');
    expect(judge('sfdisk', ['-d', image]).status).toBe(1);
    expect(systemArea(image).join('\n')).not.toContain('MBR');
  });
});

describe('room for persistence', () => {
  for (const name of partitioned) {
    // The keys that the initrd of a live system presses. For a GPT "p" is no number of a partition: fdisk asks again.
    const keys = 'n\np\n\n\n\nw\nq\n';
    const ways: [string, (stick: string) => ReturnType<typeof judge>][] = [
      ['fdisk', (stick) => judge('fdisk', [stick], { input: keys })],
      ['sfdisk --append', (stick) => judge('sfdisk', ['--append', stick], { input: ',,L\n' })],
    ];
    for (const [tool, add] of ways) {
      oracle('fdisk', 'sfdisk')(`${tool} adds a partition behind the payload: ${name}`, async () => {
        const pressed = await press(name);
        const stick = join(scratch, `${name}-${tool.split(' ')[0]}.img`);
        copyFileSync(pressed, stick);
        truncateSync(stick, 64 * 1024 * 1024);
        const before = dump(pressed);
        const { status, stderr } = add(stick);
        expect(status, stderr).toBe(0);
        const after = dump(stick);
        expect(after).toHaveLength(before.length + 1);
        const rest = (line: string) => line.replace(/^.*?: */, '');
        expect(after.slice(0, before.length).map(rest)).toEqual(before.map(rest));
        const added = after.at(-1)!;
        const last = before.at(-1)!;
        expect(startOf(added)).toBeGreaterThanOrEqual(startOf(last) + sizeOf(last));
        expect((startOf(added) + sizeOf(added)) * 512).toBeGreaterThan(statSync(pressed).size);
      });
    }
  }
});

oracle('xorriso')('chrp is what xorriso writes for Open Firmware', async () => {
  const [partition] = dump(await press('chrp'));
  expect(partition).toMatch(/start= *0, .*type=96, bootable/);
  const out = join(scratch, 'chrp-xorriso.iso');
  const tree = join(scratch, 'chrp-tree');
  mkdirSync(tree);
  writeFileSync(join(tree, 'file'), 'x'.repeat(3_000_000));
  judge('xorriso', ['-outdev', out, '-map', tree, '/', '-boot_image', 'any', 'chrp_boot_part=on']);
  const summary = (lines: string[]) => lines.filter((line) => /^System area summary|^MBR partition +:/.test(line));
  // Sizes differ, and with them whether they happen to be whole cylinders.
  const shape = (line: string) => line.replace(/ cyl-align.*|\d+$/, '');
  expect(summary(systemArea(await press('chrp'))).map(shape)).toEqual(summary(systemArea(out)).map(shape));
});
