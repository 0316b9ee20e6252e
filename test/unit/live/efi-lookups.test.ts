// Signed and unsigned EFI programs in root trees as the distributions install them.

import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/content.js';
import { bytesSource } from '../../../src/io/memory.js';
import { collectSignedEfi } from '../../../src/live/boot/efi-files.js';
import {
  type EfiProgram,
  findMokManagers,
  findShims,
  findSignedGrubs,
  findUnsignedGrubs,
  vendorDirectories,
} from '../../../src/live/boot/efi-lookups.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file } from '../../../src/tree/node.js';
import { walk } from '../../../src/tree/walk.js';
import { bytesNow } from '../../support/content.js';

/** A tree whose files hold their own paths. */
function tree(...paths: readonly string[]): FileTree {
  const nodes = paths.map((path) => [path, file(bytesSource(new TextEncoder().encode(path)))] as const);
  return FileTree.of(Object.fromEntries(nodes));
}

const content = ({ file: { content: found } }: EfiProgram) => Buffer.from(bytesNow(found)).toString();
const shown = (programs: readonly EfiProgram[]) => programs.map((found) => `${found.name} = ${content(found)}`);

const debian = tree(
  ...['usr/lib/shim/shimx64.efi', 'usr/lib/shim/shimx64.efi.signed', 'usr/lib/shim/mmx64.efi'],
  ...['usr/lib/shim/mmx64.efi.signed', 'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'],
  'usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
);
const debianArm = tree('usr/lib/shim/shimaa64.efi.signed', 'usr/lib/grub/arm64-efi-signed/grubaa64.efi.signed');
const suse = tree(
  ...['usr/share/efi/x86_64/shim.efi', 'usr/share/efi/x86_64/grub.efi', 'usr/share/efi/x86_64/MokManager.efi'],
  'usr/share/grub2/x86_64-efi/grub.efi',
);
const fedora = tree(
  ...['boot/efi/EFI/fedora/shimx64.efi', 'boot/efi/EFI/fedora/shimia32.efi', 'boot/efi/EFI/fedora/shim.efi'],
  ...['boot/efi/EFI/fedora/gcdx64.efi', 'boot/efi/EFI/fedora/grubx64.efi', 'boot/efi/EFI/fedora/grubia32.efi'],
  ...['boot/efi/EFI/fedora/mmx64.efi', 'boot/efi/EFI/fedora/mmia32.efi', 'boot/efi/EFI/BOOT/BOOTX64.EFI'],
);

test('on Debian', () => {
  expect(shown(findShims(debian, 'x64'))).toEqual(['bootx64.efi = usr/lib/shim/shimx64.efi.signed']);
  expect(shown(findSignedGrubs(debian, 'x64', true))).toEqual([
    'grubx64.efi = usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed',
  ]);
  expect(shown(findMokManagers(debian))).toEqual(['mmx64.efi = usr/lib/shim/mmx64.efi.signed']);
  expect(findUnsignedGrubs(debian, 'x64')).toEqual([]);
  expect(shown(findShims(debianArm, 'aa64'))).toEqual(['bootaa64.efi = usr/lib/shim/shimaa64.efi.signed']);
  expect(findSignedGrubs(debianArm, 'aa64', true).map(({ name }) => name)).toEqual(['grubaa64.efi']);
});

test.each(['usr/lib/shim/', 'boot/efi/EFI/ubuntu/', 'usr/share/efi/x86_64/'])(
  'a shim with both signatures in %s comes first',
  (place) => {
    const both = tree(
      ...['usr/lib/shim/shimx64.efi.signed', 'usr/lib/shim/shimx64.efi', `${place}shimx64.efi.dualsigned`],
      'usr/lib/shim/shimaa64.efi.signed',
    );
    expect(shown(findShims(both, 'x64'))).toContain(`bootx64.efi = ${place}shimx64.efi.dualsigned`);
  },
);

test('on SUSE, with shim and without', () => {
  expect(shown(findShims(suse, 'x64'))).toEqual(['bootx64.efi = usr/share/efi/x86_64/shim.efi']);
  expect(shown(findSignedGrubs(suse, 'x64', true))).toEqual(['grub.efi = usr/share/efi/x86_64/grub.efi']);
  expect(shown(findSignedGrubs(suse, 'x64', false))).toEqual(['bootx64.efi = usr/share/efi/x86_64/grub.efi']);
  expect(shown(findUnsignedGrubs(suse, 'x64'))).toEqual(['bootx64.efi = usr/share/grub2/x86_64-efi/grub.efi']);
  expect(findMokManagers(suse).map(({ name }) => name)).toEqual(['MokManager.efi']);
});

test('on Fedora, for both kinds of x86 firmware', () => {
  expect(shown(findShims(fedora, 'x64'))).toEqual([
    'bootx64.efi = boot/efi/EFI/fedora/shimx64.efi',
    'bootia32.efi = boot/efi/EFI/fedora/shimia32.efi',
  ]);
  expect(shown(findSignedGrubs(fedora, 'x64', true))).toEqual([
    'grubx64.efi = boot/efi/EFI/fedora/gcdx64.efi',
    'grubia32.efi = boot/efi/EFI/fedora/grubia32.efi',
  ]);
  expect(findMokManagers(fedora).map(({ name }) => name)).toEqual(['mmia32.efi', 'mmx64.efi']);
  expect(vendorDirectories(fedora)).toEqual(['EFI/fedora']);
});

describe('the directory EFI', () => {
  const request = {
    ...{ efi: { platform: 'x86_64-efi', suffix: 'x64' }, earlyConfig: '', forwardingConfig: 'configfile x\n' },
    ...{ prefix: '/boot/grub', extraModules: [], requiresShim: false },
  };
  const context = (root: FileTree, notes: string[] = []) => ({
    ...{ root, rootDirectory: '/', inside: undefined, workDirectory: '/', epoch: 0 },
    note: (line: string) => notes.push(line),
  });
  const paths = (found: FileTree) =>
    [...walk(found)].filter(({ node }) => node.kind === 'file').map(({ path }) => path);

  test('holds the configuration where a signed GRUB looks for it', async () => {
    const efi = await collectSignedEfi(context(fedora), request, quietRun());
    expect(paths(efi)).toEqual(
      expect.arrayContaining([
        'EFI/BOOT/grub.cfg',
        'EFI/fedora/grub.cfg',
        'EFI/BOOT/bootx64.efi',
        'EFI/BOOT/mmx64.efi',
      ]),
    );
    const builtIn = FileTree.of({
      'usr/lib/shim/shimx64.efi.signed': file(bytesSource(new Uint8Array(1))),
      'usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed': file(bytesSource(Buffer.from('MZ\0/EFI/debian\0'))),
    });
    expect(paths(await collectSignedEfi(context(builtIn), request, quietRun()))).toEqual([
      ...['EFI/BOOT/bootx64.efi', 'EFI/BOOT/grub.cfg', 'EFI/BOOT/grubx64.efi', 'EFI/debian/grub.cfg'],
    ]);
  });

  test('cannot be without a signed GRUB, and before KIWI 9.20 not without shim', async () => {
    const none = collectSignedEfi(context(tree('usr/lib/shim/shimx64.efi.signed')), request, quietRun());
    await expect(none).rejects.toMatchObject({ code: 'live.no-signed-grub' });
    const noShim = tree('usr/share/efi/x86_64/grub.efi');
    const strict = collectSignedEfi(context(noShim), { ...request, requiresShim: true }, quietRun());
    await expect(strict).rejects.toMatchObject({ code: 'live.no-shim' });
    const notes: string[] = [];
    const efi = await collectSignedEfi(context(noShim, notes), request, quietRun());
    expect(paths(efi)).toEqual(['EFI/BOOT/bootx64.efi', 'EFI/BOOT/grub.cfg']);
    expect(notes).toEqual([expect.stringContaining('no signed shim')]);
  });
});
