// Differences between generations, seen on the medium: the same small root tree read as KIWI 9.11, 9.15, 9.20, 9.24 and 10 would.
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub, hasIsolinux } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);

/** The small description in a schema version, with these attributes and children of the type. */
function describeIn(schema: string, attributes: string, children = ''): void {
  writeFileSync(
    join(small.description, 'config.xml'),
    `<image schemaversion="${schema}" name="small" displayname="Small">
     <description type="system"><author>a</author><contact>c</contact><specification>s</specification></description>
     <preferences><packagemanager>zypper</packagemanager><version>1.0.0</version>
     <type image="iso" volid="SMALL" flags="overlay" ${attributes}>${children}</type></preferences>
     <packages type="image"><package name="dracut-kiwi-live"/></packages></image>`,
  );
}

const press = (options: Parameters<SmallIso['press']>[0] = {}) =>
  small.press({ compression: { name: 'gzip' }, ...options });

/** A copy of the small root, to be changed. */
function ownRoot(): string {
  const root = join(mkdtempSync(join(scratch, 'root-')), 'tree');
  cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
  return root;
}

/** Entries of the medium below a directory. */
function extracted(image: string, path: string): string {
  const out = join(mkdtempSync(join(scratch, 'out-')), 'out');
  judge('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', path, out]);
  return out;
}

/** The ext4 inside the root image. */
function rootfs(image: string): string {
  const squashfs = extracted(image, '/LiveOS/squashfs.img');
  const out = `${squashfs}-unpacked`;
  judge('unsquashfs', ['-no-progress', '-dest', out, squashfs]);
  return join(out, 'LiveOS/rootfs.img');
}

const names = (image: string, path: string) =>
  judge('debugfs', ['-R', `ls -p ${path}`, image])
    .stdout.split('\n')
    .flatMap((line) => line.split('/')[5] ?? []);

const espSectors = (image: string) =>
  /^MBR partition +: +2 +0x00 +0xef +\d+ +(\d+)$/m.exec(
    judge('xorriso', ['-indev', image, '-report_system_area', 'plain']).stdout,
  )?.[1];

describe.runIf(hasGrub && hasIsolinux)('the same root tree', () => {
  oracle('xorriso', 'unsquashfs', 'debugfs').for([
    ['6.7', 'kiwi-9.11', 'isolinux+grub', '30720', true],
    ['6.9', 'kiwi-9.15', 'isolinux+grub', '30720', true],
    ['7.2', 'kiwi-9.20', 'grub', '30720', true],
    ['7.4', 'kiwi-9.24', 'grub', '40960', false],
    ['8.0', 'kiwi-10', 'grub', undefined, false],
  ] as const)('in schema %s is read as %s', async ([schema, , loaders, sectors, keepsScratch]) => {
    describeIn(schema, `firmware="efi" ${schema === '6.7' ? 'hybrid="true"' : ''}`);
    const root = ownRoot();
    mkdirSync(join(root, 'tmp/left'));
    const { image, layout } = await press({ input: { root } });
    expect(layout).toBe(loaders);
    expect(espSectors(image)).toBe(sectors);
    const inner = rootfs(image);
    expect(names(inner, '/tmp').includes('left')).toBe(keepsScratch);
    expect(names(inner, '/run').includes('left')).toBe(keepsScratch);
    expect(names(inner, '/').includes('.profile')).toBe(schema === '8.0');
  });

  oracle('xorriso')('has GRUB’s modules beside a signed GRUB up to KIWI 9.20', async () => {
    const root = ownRoot();
    mkdirSync(join(root, 'usr/share/efi/x86_64'), { recursive: true });
    for (const name of ['shim.efi', 'grub.efi']) writeFileSync(join(root, 'usr/share/efi/x86_64', name), name);
    const platforms = async (schema: string) => {
      describeIn(schema, 'firmware="uefi"');
      return readdirSync(extracted((await press({ input: { root } })).image, '/boot/grub')).filter((name) =>
        name.includes('-'),
      );
    };
    expect(await platforms('7.2')).toEqual(['i386-pc', 'x86_64-efi']);
    expect(await platforms('7.4')).toEqual(['i386-pc']);
  });

  oracle('xorriso', 'mdir')(
    'has at its top what else its own EFI system partition holds, and not in the new one',
    async () => {
      describeIn('8.0', 'firmware="efi"');
      const root = ownRoot();
      mkdirSync(join(root, 'boot/efi/EFI/tools'), { recursive: true });
      writeFileSync(join(root, 'boot/efi/EFI/tools/tool.efi'), 'tool');
      writeFileSync(join(root, 'boot/efi/startup.nsh'), 'start');
      const { image } = await press({ input: { root }, medium: { partitionTable: 'mbr' } });
      expect(readdirSync(extracted(image, '/'))).toEqual(expect.arrayContaining(['EFI', 'startup.nsh']));
      const start = /^MBR partition +: +2 .* (\d+) +40960$/m.exec(
        judge('xorriso', ['-indev', image, '-report_system_area', 'plain']).stdout,
      )?.[1];
      const listed = judge('mdir', ['-b', '-s', '-i', `${image}@@${Number(start) * 512}`, '::'])
        .stdout.trim()
        .split('\n');
      expect(listed).toContain('::/EFI/tools/tool.efi');
      expect(listed.filter((name) => !name.startsWith('::/EFI/'))).toEqual([]);
    },
  );

  test('keeps the machine name that was asked for in old names of results', async () => {
    const nameIn = async (schema: string) => {
      describeIn(schema, '');
      const { image } = await press({ input: { architecture: 'i686' } });
      return image.slice(image.lastIndexOf('/') + 1);
    };
    expect(await nameIn('6.9')).toBe('small.i686-1.0.0.iso');
    expect(await nameIn('7.2')).toBe('small.ix86-1.0.0.iso');
  });
});

describe.runIf(hasGrub)('the root file system', () => {
  oracle(
    'xorriso',
    'unsquashfs',
    'debugfs',
  )('has a top that all can enter, whatever directory the tree is', async () => {
    describeIn('8.0', '');
    const root = ownRoot();
    chmodSync(root, 0o700);
    const { image } = await press({ input: { root } });
    expect(judge('debugfs', ['-R', 'stat /', rootfs(image)]).stdout).toMatch(/Mode: +0755/);
    const direct = await press({ input: { root }, description: { typeAttributes: { filesystem: 'squashfs' } } });
    const squashfs = extracted(direct.image, '/LiveOS/squashfs.img');
    expect(judge('unsquashfs', ['-lls', '-max-depth', '1', squashfs]).stdout).toMatch(/^drwxr-xr-x .* squashfs-root$/m);
  });

  oracle(
    'xorriso',
    'unsquashfs',
    'e2fsck',
  )('grows where the usual size is too small for many small files', async () => {
    describeIn('8.0', '');
    const root = ownRoot();
    mkdirSync(join(root, 'many'));
    for (let i = 0; i < 12_000; i++) writeFileSync(join(root, 'many', String(i)), String(i));
    const { image, rootFileSystemSize, notes } = await press({ input: { root } });
    expect(notes.join('\n')).toMatch(/usual size of the root file system is too small\..* It gets that and 16 MiB/);
    expect(rootFileSystemSize).toBeGreaterThan(12_000 * 4096);
    const { status, stdout } = judge('e2fsck', ['-f', '-n', rootfs(image)]);
    expect(status, stdout).toBe(0);
    describeIn('8.0', '', '<size>20</size>');
    await expect(press({ input: { root } })).rejects.toMatchObject({
      code: 'live.root-too-small',
      place: { line: 4, column: expect.any(Number) },
    });
  });
});
