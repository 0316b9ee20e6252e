// Modules of a tree's dracut by name, and the words of its release.
import { expect, test } from 'vitest';
import { bytesSource } from '../../../../src/io/index.js';
import { overlayOption } from '../../../../src/live/boot/overlay-option.js';
import { dracutModuleNames, dracutModulePaths } from '../../../../src/live/initrd/dracut-modules.js';
import { FileTree, file } from '../../../../src/tree/index.js';

const tree = (files: Readonly<Record<string, string>>) =>
  FileTree.of(
    Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        `usr/lib/dracut/modules.d/${path}`,
        file(bytesSource(new TextEncoder().encode(text))),
      ]),
    ),
  );

test.each(['90kiwi-live', '55kiwi-live', '5kiwi-live', 'kiwi-live'])('the module kiwi-live is found as %s', (name) => {
  const made = tree({ [`${name}/module-setup.sh`]: '' });
  expect(dracutModulePaths(made, 'kiwi-live')).toHaveLength(1);
  expect(dracutModuleNames(made)).toEqual(new Set(['kiwi-live']));
});

test('a module whose name only ends the same is another', () => {
  expect(dracutModulePaths(tree({ '90not-kiwi-live/module-setup.sh': '' }), 'kiwi-live')).toEqual([]);
});

test('dracut 110 and later take rd.overlay, older ones the longer name', async () => {
  const older = 'getargbool 0 rd.live.overlay.overlayfs && overlayfs="yes"\n';
  const newer = 'getargbool 0 rd.overlay -d rd.live.overlay.overlayfs && overlayfs="yes"\n';
  const optionOf = (text: string, number = '90') =>
    overlayOption(tree({ [`${number}dmsquash-live/dmsquash-live-root.sh`]: text, '90other/a.sh': newer }));
  expect(await optionOf(older)).toBe('rd.live.overlay.overlayfs=1');
  expect(await optionOf(newer)).toBe('rd.overlay');
  expect(await optionOf(newer, '70')).toBe('rd.overlay');
  const others =
    'getargbool 0 rd.overlay.reset -d rd.live.overlay.reset\ngetargbool 0 rd.overlayfs -d rd.live.overlay.overlayfs\n';
  expect(await optionOf(`${others}overlay=$(getarg rd.overlay -d rd.live.overlay)\n`)).toBe(
    'rd.live.overlay.overlayfs=1',
  );
  expect(await overlayOption(tree({}))).toBe('rd.live.overlay.overlayfs=1');
});
