// Options of classic tools on the command line: what they mean for a command, and what stays the command's own.
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { takeClassicOptions } from '../../../src/cli/classic/index.js';
import { erofsCommand } from '../../../src/cli/commands/erofs.js';
import { ext4Command } from '../../../src/cli/commands/ext4.js';
import { fatCommand } from '../../../src/cli/commands/fat.js';
import { squashfsCommand } from '../../../src/cli/commands/squashfs.js';
import { exitCodeOf } from '../../../src/cli/exit-code.js';
import { classicReaderFor } from '../../../src/cli/program.js';

/** The values that the command ends up with, and its operands. */
async function parsed(command: Command, text: string) {
  let seen: { operands: string[]; options: Record<string, unknown> } | undefined;
  command.exitOverride().action((...given) => {
    seen = { operands: given.slice(0, 2), options: given[2] };
  });
  const root = new Command('isopress').addCommand(command);
  const args = [command.name(), ...text.split(' ')];
  const words = takeClassicOptions(root, args, (await classicReaderFor(args))!);
  await root.parseAsync([...words], { from: 'user' });
  return seen!;
}

describe('squashfs', () => {
  test("takes mksquashfs's options between its own", async () => {
    const { operands, options } = await parsed(
      squashfsCommand(),
      'src img -comp xz -Xdict-size 50% -Xbcj x86 --force -noI -noD -nopad -mkfs-time 7 -all-root -no-duplicates -e a b/c',
    );
    expect(operands).toEqual(['src', 'img']);
    expect(options).toMatchObject({
      compression: 'xz',
      dictPercent: 50,
      bcj: ['x86'],
      force: true,
      uncompressed: ['inodes', 'ids', 'data'],
      pad: 1,
      epoch: 7,
      forceUid: 0,
      forceGid: 0,
      duplicates: false,
      exclude: ['/a', '/b/c'],
      blockSize: 131_072,
    });
  });

  test('its own options win, in any order, and lists add up', async () => {
    for (const text of ['src img -comp xz --compression zstd', 'src img --compression zstd -comp xz']) {
      expect((await parsed(squashfsCommand(), text)).options).toMatchObject({ compression: 'zstd' });
    }
    const { options } = await parsed(squashfsCommand(), 'src img --exclude *.o -wildcards -e x*');
    expect(options['exclude']).toEqual(['/x*', '*.o']);
  });

  test('paths are relative to the source, at any position of its name', async () => {
    const { options } = await parsed(squashfsCommand(), '--seed top top/dir img -e top/dir/a');
    expect(options['exclude']).toEqual(['/a']);
  });

  test.each(['-recover x', '-offset 3Q', '-e /etc', '-wildcards -e !(x)', '-Xdict-size 0%'])(
    '%s is a fault of usage',
    async (text) => {
      const error = await parsed(squashfsCommand(), `src img ${text}`).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'usage.mksquashfs-option' });
      expect(exitCodeOf(error)).toBe(2);
    },
  );
});

describe('ext4', () => {
  test("takes mke2fs's options; -j stays the number of jobs", async () => {
    const { options } = await parsed(
      ext4Command(),
      'src img -b 1024 -O ^has_journal -E stride=4 -Fq -m 1 -j 2 -L name',
    );
    expect(options).toMatchObject({
      classic: { blockSize: 1024, features: ',^has_journal', stride: 4, reservedPercent: 1 },
      quiet: true,
      jobs: 2,
      label: 'name',
    });
  });
  test.each(['-C 4096', '-U random', '-E packed_meta_blocks=1', '-O nonsense'])('%s is refused', async (text) => {
    await expect(parsed(ext4Command(), `src img ${text}`)).rejects.toThrow();
  });
});

describe('fat', () => {
  test("takes mkfs.fat's options; -f stays --force and -h without a number asks for help", async () => {
    const { options } = await parsed(fatCommand(), 'src img -F 32 -s 4 -S 1024 -i 1a2b3c4d -n LABEL -h 63 -f');
    expect(options).toMatchObject({
      classic: { image: { type: 32, sectorSize: 1024, serial: 0x1a2b3c4d, hiddenSectors: 63 }, sectorsPerCluster: 4 },
      label: 'LABEL',
      force: true,
    });
    const root = new Command('isopress').addCommand(fatCommand());
    const reader = (await classicReaderFor(['fat', '-h']))!;
    expect(takeClassicOptions(root, ['fat', '-h'], reader)).toEqual(['fat', '-h']);
  });
  test.each(['-F 13', '-b 7', '-A', '-c', '--mbr=y', '-M 0xf5'])('%s is refused', async (text) => {
    await expect(parsed(fatCommand(), `src img ${text}`)).rejects.toMatchObject({ code: 'usage.mkfs-fat-option' });
  });
});

describe('erofs', () => {
  test("takes mkfs.erofs's options; its own win", async () => {
    const { operands, options } = await parsed(
      erofsCommand(),
      'src img -zlz4hc,12 -C65536 -Efragments,dedupe -T7 --all-root -L NAME --exclude-path=a*b --workers=3',
    );
    expect(operands).toEqual(['src', 'img']);
    expect(options).toMatchObject({
      classic: {
        image: { clusterSize: 65_536, fragments: 'ends', dedupe: true },
        compression: { name: 'lz4hc', level: 12 },
        changes: { uid: 0, gid: 0, allTime: 7 },
      },
      label: 'NAME',
      epoch: 7,
      jobs: 3,
      exclude: ['/a\\*b'],
    });
  });
  test.each(['-zbrotli', '-C 5Q', '-T yesterday', '-E nonsense'])('%s is a fault of usage', async (text) => {
    await expect(parsed(erofsCommand(), `src img ${text}`)).rejects.toMatchObject({
      code: 'usage.mkfs-erofs-option',
    });
  });
});
