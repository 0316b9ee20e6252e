// Archives, disks of virtual machines and compressed files, all by the tools that make them, read as the tree that is in them.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const shell = (script: string) => judge('bash', ['-c', `cd "$0" && ${script}`, scratch]);
const made = (script: string) => expect(shell(script)).toMatchObject({ status: 0 });
const names = (image: string) => isopress(['ls', '-R', image]).stdout;
/** The digest of everything as an archive. */
const digest = (image: string) =>
  judge('bash', ['-c', '"$0" "$1" extract "$2" - --quiet | sha256sum', process.execPath, MAIN, image]).stdout;

const NAMES = 'etc\netc/fstab\netc/hard\nlarge\nlink\n';

beforeAll(() => {
  mkdirSync(at('tree/etc'), { recursive: true });
  writeFileSync(at('tree/etc/fstab'), 'none\n');
  writeFileSync(at('tree/large'), noise(900_001, 1));
  symlinkSync('etc/fstab', at('tree/link'));
  made('ln tree/etc/fstab tree/etc/hard && truncate -s 40M disk.img && mke2fs -q -t ext4 -d tree disk.img');
});

describe('archives', () => {
  oracle('cpio', 'zstd')('cpio in both text formats, and an initrd with an early archive', () => {
    made('cd tree && find . | cpio -o -H newc --quiet >../new.cpio && find . | cpio -o -H odc --quiet >../old.cpio');
    made('mkdir -p kernel/x86 && echo code >kernel/x86/m.bin && find kernel | cpio -o -H newc --quiet >early.cpio');
    made('(cat early.cpio; zstd -qc new.cpio) >initrd.img && gzip -c new.cpio >plain.gz');
    for (const name of ['new.cpio', 'old.cpio', 'plain.gz']) expect(names(at(name))).toBe(NAMES);
    expect(names(at('initrd.img'))).toBe(NAMES.replace('large', 'kernel\nkernel/x86\nkernel/x86/m.bin\nlarge'));
    expect(isopress(['cat', `${at('initrd.img')}/etc/hard`]).stdout).toBe('none\n');
    const { entries } = JSON.parse(isopress(['ls', '--json', `${at('new.cpio')}/etc`]).stdout);
    expect(entries.map(({ links, size }: { links: number; size: number }) => [links, size])).toEqual([
      [2, 5],
      [2, 5],
    ]);
  });

  oracle('dpkg-deb', 'ar')('a Debian package, whose archives are opened by a path that goes on', () => {
    made(
      'mkdir -p pkg/DEBIAN && cp -a tree pkg/usr && printf "Package: x\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@x>\\nDescription: x\\n" >pkg/DEBIAN/control',
    );
    made('dpkg-deb --root-owner-group -Zxz -b pkg x.deb');
    expect(names(at('x.deb'))).toBe('control.tar.xz\ndata.tar.xz\ndebian-binary\n');
    expect(isopress(['cat', `${at('x.deb')}/data.tar.xz/usr/etc/hard`]).stdout).toBe('none\n');
    made('cp x.deb a_rather_long_name.deb && ar rc x.ar a_rather_long_name.deb tree/etc/fstab');
    expect(names(at('x.ar'))).toBe('a_rather_long_name.deb\nfstab\n');
  });

  oracle(
    'zip',
    'bsdtar',
    '7z',
    'python3',
    'unzip',
  )('zip, by four programs that write it', () => {
    made('cp -a tree zipped && chmod 4711 zipped/large && touch -d 2020-02-03T04:05:07Z zipped/etc/fstab');
    made('yes many | head -c 3000000 >zipped/many && mkdir zipped/empty && chown -h 1234:70000 zipped/link');
    made('cd zipped && zip -qry ../info.zip . && zip -qry0 ../stored.zip . && bsdtar -cf ../bsd.zip --format zip .');
    made('cd zipped && 7z a -bso0 -snl ../seven.zip . && 7z a -bso0 -mm=bzip2 -snl ../bzip2.zip .');
    made("python3 -c \"import shutil; shutil.make_archive('python', 'zip', 'zipped')\"");
    made('gzip -c <info.zip >info.zip.gz');
    const whole = 'empty\netc\netc/fstab\netc/hard\nlarge\nlink\nmany\n';
    for (const name of ['info', 'stored', 'bsd', 'seven', 'bzip2']) {
      expect([name, names(at(`${name}.zip`))]).toEqual([name, whole]);
      // unzip takes what it reads as data of the local zone, so only contents, modes and links are compared.
      made(`rm -rf by-us by-unzip && "${process.execPath}" "${MAIN}" extract --quiet ${name}.zip by-us`);
      made(
        `7z x -bso0 -oby-unzip ${name}.zip && diff -r --no-dereference by-us by-unzip && cmp by-us/many zipped/many`,
      );
      expect([name, shell('cd by-us && stat -c "%a %n" large etc link').stdout]).toEqual([
        name,
        shell('cd zipped && stat -c "%a %n" large etc link').stdout,
      ]);
    }
    expect(names(at('python.zip'))).toBe(whole);
    expect(names(at('info.zip.gz'))).toBe(whole);
    const { entries } = JSON.parse(isopress(['ls', '--json', '-l', at('info.zip')]).stdout);
    expect(entries.find(({ path }: { path: string }) => path === 'link')).toMatchObject({ uid: 1234, gid: 70_000 });
  });

  oracle('python3')('a zip archive with more members than 16 bits count', () => {
    const script =
      'import zipfile; z = zipfile.ZipFile("many.zip", "w"); [z.writestr(f"f{i}", b"") for i in range(70000)]; z.close()';
    made(`python3 -c '${script}'`);
    expect(names(at('many.zip')).split('\n')).toHaveLength(70_001);
  });

  oracle('zip')('an image in a zip archive, opened by a path that goes on, and a zip archive as a source', () => {
    made('zip -q disk.zip disk.img && (cd tree && zip -qry ../tree.zip .)');
    expect(isopress(['cat', `${at('disk.zip')}/disk.img/etc/hard`]).stdout).toBe('none\n');
    expect(isopress(['squashfs', '--quiet', at('tree.zip'), at('zip.sqfs')]).stderr).toBe('');
    expect(names(at('zip.sqfs'))).toBe(NAMES);
  });

  oracle('tar', 'xz')('tar, plain and compressed', () => {
    made('tar -C tree -cf x.tar . && xz -k x.tar');
    for (const name of ['x.tar', 'x.tar.xz']) expect(names(at(name))).toBe(NAMES);
  });

  oracle(
    'tar',
    'cpio',
    'zip',
    'ar',
  )('archives that were cut are so in the first line, and in the error', () => {
    made('tar -C tree -cf cut.tar . && (cd tree && find . | cpio -o --quiet -H newc) > cut.cpio');
    made('(cd tree && zip -qry ../cut.zip .) && ar rc cut.ar tree/large');
    for (const kind of ['tar', 'cpio', 'zip', 'ar']) {
      const image = at(`cut.${kind}`);
      const [, , counted] = isopress(['info', image]).stdout.split('\n');
      expect(counted).toMatch(/^ +unpacked: \d+\.\d KiB in \d+ entr/);
      made(`truncate -s 600000 cut.${kind}`);
      const cut = isopress(['info', image]);
      expect([cut.status, cut.stdout.split('\n')[0]]).toEqual([0, `${image}: CUT SHORT; 585.9 KiB`]);
      expect(isopress(['ls', image]).stderr).toContain(`[${kind}.truncated]`);
      const checked = isopress(['verify', '--json', image]);
      expect([checked.status, checked.stdout]).toEqual([1, expect.stringContaining('image.damaged')]);
    }
    made('head -c 60000 x.tar.xz > cut.xz');
    const compressed = isopress(['info', at('cut.xz')]);
    expect(compressed.stdout.split('\n')[0]).toBe(`${at('cut.xz')}: DAMAGED; 58.6 KiB`);
    const [, checked] = isopress(['verify', at('cut.xz')]).stdout.split('checked ');
    expect(checked).toContain('image (no file system)\n');
  });
});

describe('disks', () => {
  const CHOICES = [
    '',
    '-c',
    '-c -o compression_type=zstd',
    '-o extended_l2=on',
    '-o cluster_size=2M',
    '-c -o cluster_size=512',
  ];
  oracle('qemu-img')('QCOW2 of every kind', () => {
    const whole = digest(at('disk.img'));
    for (const choice of CHOICES) {
      made(`qemu-img convert -f raw -O qcow2 ${choice} disk.img disk.qcow2`);
      expect([choice, digest(at('disk.qcow2'))]).toEqual([choice, whole]);
    }
    made('qemu-img create -q -f qcow2 -b disk.qcow2 -F qcow2 over.qcow2');
    const over = isopress(['ls', at('over.qcow2')]);
    expect([over.status, over.stderr]).toEqual([3, expect.stringContaining('[qcow2.backing-file]')]);
  });

  oracle('img2simg')("Android's sparse images", () => {
    made('img2simg disk.img disk.simg');
    expect(digest(at('disk.simg'))).toBe(digest(at('disk.img')));
  });

  oracle(
    'gzip',
    'xz',
    'zstd',
    'bzip2',
    'lz4',
  )('compressed as a whole', () => {
    const whole = digest(at('disk.img'));
    for (const tool of ['gzip', 'xz -0', 'zstd', 'bzip2', 'lz4']) {
      made(`${tool} -c disk.img >disk.img.z`);
      expect([tool, digest(at('disk.img.z'))]).toEqual([tool, whole]);
    }
    writeFileSync(at('cut.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0]));
    const cut = isopress(['ls', at('cut.gz')]);
    expect([cut.status, cut.stderr]).toEqual([3, expect.stringContaining('[compress.damaged]')]);
  });

  oracle('mksquashfs')('squashfs compressed with lzma', () => {
    made('mksquashfs tree lzma.sq -comp lzma -quiet -no-progress');
    expect(names(at('lzma.sq'))).toBe(NAMES);
    expect(
      judge('bash', [
        '-c',
        '"$0" "$1" cat "$2/large" | cmp - "$3"',
        process.execPath,
        MAIN,
        at('lzma.sq'),
        at('tree/large'),
      ]).status,
    ).toBe(0);
  });
});
