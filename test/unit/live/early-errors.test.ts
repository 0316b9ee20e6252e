// Errors that do not need the root tree are reported before it is read.
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/index.js';
import { buildLiveIso, planLiveIso } from '../../../src/live/index.js';
import { machineOfDirectory } from '../../../src/live/plan/machine-of-directory.js';
import { scratchDirectory } from '../../support/scratch.js';
import { changed, type SomeOptions } from '../../support/small-iso.js';

const scratch = scratchDirectory();
const initrd = join(scratch, 'initrd');
writeFileSync(initrd, '');

const directory = (name: string) => mkdtempSync(join(scratch, `${name}-`));

function described(type = '', version = '1.0.0', more = '', inside = ''): string {
  const path = directory('description');
  const text = `<image schemaversion="8.0" name="small"><preferences><version>${version}</version>
    <type image="iso" squashfscompression="gzip" ${type}>${inside}</type></preferences>${more}</image>`;
  writeFileSync(join(path, 'config.xml'), text);
  return path;
}

/** Builds from a tree that says when it is asked for; the code of the error, and whether the tree was looked at. */
async function refusal(options: SomeOptions, build: typeof buildLiveIso | typeof planLiveIso = buildLiveIso) {
  let looked = false;
  const root = async () => {
    looked = true;
    throw new Error('looked at');
  };
  const usual = {
    input: { root, architecture: 'x86_64' },
    description: { directory: described() },
    initrd: { file: initrd },
    targetDirectory: directory('target'),
  };
  const error = await build(changed(usual, options), quietRun()).then(
    () => undefined,
    (reason) => reason,
  );
  return { code: error?.code ?? error?.message, looked };
}

test('a sound request reads the tree', async () => {
  expect(await refusal({})).toEqual({ code: 'looked at', looked: true });
});

test('an error of the description is reported before one of the tree, which has the machine', async () => {
  const options = {
    input: { root: directory('no-programs') },
    description: { directory: described('volid="a b"') },
    targetDirectory: directory('target'),
  };
  await expect(buildLiveIso(options, quietRun())).rejects.toMatchObject({ code: 'description.bad-value' });
  const sound = { ...options, description: { directory: described() } };
  await expect(buildLiveIso(sound, quietRun())).rejects.not.toMatchObject({ code: 'description.bad-value' });
});

const taken = directory('taken');
writeFileSync(join(taken, 'small.x86_64-1.0.0.iso'), '');
const unfinished = directory('unfinished');
writeFileSync(join(unfinished, '.small.x86_64-1.0.0.iso.isopress-journal'), '');
const blocked = directory('blocked');
mkdirSync(join(blocked, 'small.x86_64-1.0.0.packages'));

describe.each<[string, SomeOptions, string]>([
  ['a description that is missing', { description: { directory: directory('empty') } }, 'description.not-found'],
  ['a value that is not allowed', { description: { directory: described('volid="a b"') } }, 'description.bad-value'],
  ['an unknown attribute', { description: { directory: described('volit="a"') } }, 'description.unknown-attribute'],
  ['an unknown profile', { description: { profiles: ['nobody'] } }, 'description.profile'],
  [
    'a bad attribute by an option',
    { description: { typeAttributes: { efifatimagesize: 'x' } } },
    'description.bad-value',
  ],
  ['a version that is missing', { description: { directory: described('', '') } }, 'description.no-version'],
  [
    'an EFI system partition that is too large',
    { description: { directory: described('efifatimagesize="32"') } },
    'description.esp-size',
  ],
  [
    'a serial line that is another command',
    { description: { directory: described('', '1', '', '<bootloader name="grub2" serial_line="x"/>') } },
    'live.menu-text',
  ],
  [
    'a menu template that is missing',
    { description: { directory: described('', '1', '', '<bootloader name="grub2" grub_template="none"/>') } },
    'live.template',
  ],
  ['firmware that the machine has not', { description: { directory: described('firmware="ofw"') } }, 'live.firmware'],
  ['a machine that nothing is built for', { input: { architecture: 's390x' } }, 'live.architecture'],
  ['a version that is a path', { description: { directory: described('', '1/..') } }, 'live.path-component'],
  [
    'options for mkfs that nobody knows',
    { description: { directory: described('filesystem="squashfs" fscreateoptions="-nosuch"') } },
    'squashfs.option',
  ],
  ['a target directory that is missing', { targetDirectory: join(scratch, 'none') }, 'target.enoent'],
  ['a target that is a file', { targetDirectory: initrd }, 'target.enoent'],
  ['an ISO of that name', { targetDirectory: taken }, 'target.exists'],
  ['an ISO whose edit in place is unfinished', { targetDirectory: unfinished, force: true }, 'target.unfinished'],
  ['a directory of the name of a result', { targetDirectory: blocked, force: true }, 'target.directory'],
  ['an initrd that is missing', { initrd: { file: join(scratch, 'no-initrd') } }, 'source.enoent'],
  [
    'a compression for an initrd that is given',
    { initrd: { file: initrd, compression: { name: 'xz' } } },
    'live.initrd-given',
  ],
  ['a compression that no engine has', { compression: { name: 'nosuch' as never } }, 'live.compression'],
  ['a codec that the engine does not have', { compression: { name: 'xz' }, engine: 'lz4js' }, 'compress.engine-codec'],
  ["the description's codec, for such an engine", { engine: 'lz4js' }, 'compress.engine-codec'],
  ['a block size that squashfs has not', { compression: { blockSize: 3000 } }, 'squashfs.block-size'],
  [
    'a digest that the style of tag has not',
    { medium: { mediaCheck: 'rh', mediaDigest: 'sha256' } },
    'checkmedia.style',
  ],
])('%s', (name, options, code) => {
  test('is reported before the tree is looked at', async () => {
    const found = await refusal(options);
    if (name.startsWith('options for mkfs')) expect(found.code).toMatch(/squashfs/);
    else expect(found.code).toBe(code);
    expect(found.looked).toBe(false);
  });
});

test('the grammar of a description is checked before an archive is unpacked, for any machine', async () => {
  const description = { directory: described('volid="a b"') };
  expect(await refusal({ description, input: { architecture: undefined as never } })).toEqual({
    code: 'description.bad-value',
    looked: false,
  });
});

test.each<[SomeOptions, string]>([
  [{ compression: { name: 'xz' }, engine: 'lz4js' }, 'compress.engine-codec'],
  [{ engine: 'lz4js' }, 'compress.engine-codec'],
  [{ targetDirectory: taken, description: { typeAttributes: { efifatimagesize: 'x' } } }, 'description.bad-value'],
  [{ description: { profiles: ['nobody'] } }, 'description.profile'],
  [{ description: { directory: described('', '1/..') } }, 'live.path-component'],
  [{ description: { directory: described('', '') } }, 'description.no-version'],
  [{ description: { directory: described('firmware="efi" efifatimagesize="32"') } }, 'description.esp-size'],
  [
    { description: { directory: described('filesystem="erofs" erofscompression="nosuch"') } },
    'erofs.mkfs-erofs-option',
  ],
  [{ compression: { blockSize: 3000 } }, 'squashfs.block-size'],
  [{ medium: { mediaCheck: 'rh', mediaDigest: 'sha256' } }, 'checkmedia.style'],
])('and so are the options: %j', async (options, code) => {
  expect(await refusal({ ...options, input: { architecture: undefined as never } })).toEqual({ code, looked: false });
});

test('what is wrong for some machines only is left to the tree of an archive', async () => {
  const options = { description: { directory: described('firmware="ofw"') } };
  const found = await refusal({ ...options, input: { architecture: undefined as never } });
  expect(found).toEqual({ code: 'looked at', looked: true });
});

test.runIf(process.getuid?.() !== 0)('a target that may not be written to is reported at once', async () => {
  const targetDirectory = directory('closed');
  chmodSync(targetDirectory, 0o500);
  expect(await refusal({ targetDirectory })).toEqual({ code: 'target.no-work-directory', looked: false });
});

test('a plan accepts an existing ISO', async () => {
  expect(await refusal({ targetDirectory: taken }, planLiveIso)).toEqual({ code: 'looked at', looked: true });
  expect(readdirSync(taken)).toEqual(['small.x86_64-1.0.0.iso']);
});

describe('the machine of a directory', () => {
  const elf = new Uint8Array(64);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  elf[18] = 183;
  const write = (root: string, text: string) => {
    mkdirSync(join(root, 'bin'));
    writeFileSync(join(root, 'bin/sh'), text);
  };
  const withShell = (make: (root: string) => void) => {
    const root = directory('root');
    make(root);
    return machineOfDirectory(root);
  };

  test('is that of a program, whose links stay inside', async () => {
    const machine = await withShell((root) => {
      mkdirSync(join(root, 'usr/bin'), { recursive: true });
      symlinkSync('/usr/bin', join(root, 'bin'));
      symlinkSync('../../../../bin/dash', join(root, 'usr/bin/sh'));
      writeFileSync(join(root, 'usr/bin/dash'), elf);
    });
    expect(machine).toBe('aarch64');
  });

  test.each<[string, (root: string) => void]>([
    ['nothing', () => {}],
    ['a circle of links', (root) => symlinkSync('bin', join(root, 'bin'))],
    ['a link to a program of this machine', (root) => symlinkSync('/usr/bin', join(root, 'bin'))],
    ['a script', (root) => write(root, '#!/bin/x')],
    ['a directory for a program', (root) => mkdirSync(join(root, 'bin/sh'), { recursive: true })],
    ['an empty file', (root) => write(root, '')],
  ])('is not known from %s', async (_, make) => {
    const machine = await withShell((root) => {
      try {
        make(root);
      } catch {}
    });
    expect(machine).toBeUndefined();
  });
});
