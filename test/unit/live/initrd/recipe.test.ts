// How dracut is called, by flags and generation.
import { expect, test } from 'vitest';
import { quietRun } from '../../../../src/io/content.js';
import { bytesSource } from '../../../../src/io/memory.js';
import { generations } from '../../../../src/live/description/index.js';
import { dracutModuleNames } from '../../../../src/live/initrd/dracut-modules.js';
import {
  bootsSquashedRoot,
  dracutOptions,
  dracutRecipe,
  hasNoCompress,
  renderConfiguration,
} from '../../../../src/live/initrd/live-modules.js';
import { FileTree } from '../../../../src/tree/file-tree.js';
import { file } from '../../../../src/tree/node.js';

const rules = (name: string) => generations.find((generation) => generation.name === name)!;

test.each([
  ['overlay', 'kiwi-9.11', 'kiwi-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib', true],
  ['overlay', 'kiwi-9.15', 'kiwi-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib multipath', true],
  ['overlay', 'kiwi-9.20', 'kiwi-live pollcdrom', 'multipath', true],
  ['overlay', 'kiwi-9.24', 'kiwi-live pollcdrom', 'multipath', false],
  ['overlay', 'kiwi-10', 'kiwi-live pollcdrom', '', false],
  ['dmsquash', 'kiwi-9.15', 'dmsquash-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib multipath', true],
  ['dmsquash', 'kiwi-9.20', 'dmsquash-live livenet pollcdrom', 'multipath', true],
  ['dmsquash', 'kiwi-10', 'dmsquash-live livenet pollcdrom', '', false],
] as const)('%s in %s adds %s and omits %s', (flags, generation, add, omit, xz) => {
  const recipe = dracutRecipe(flags, rules(generation));
  expect(recipe.add.join(' ')).toBe(add);
  expect(recipe.omit.join(' ')).toBe(omit);
  expect(recipe.xz).toBe(xz);
  expect(recipe.essential).toBe(recipe.add[0]);
});

test('dracut gets lists as one word each, and no list that is empty', () => {
  const nobody = { by: 'nobody', reason: '' } as const;
  const recipe = dracutRecipe('overlay', rules('kiwi-9.20'));
  expect(dracutOptions(recipe, ['kiwi-live', 'pollcdrom'], nobody)).toEqual([
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline', '--no-compress'],
    ...['--add', ' kiwi-live pollcdrom ', '--omit', ' multipath '],
  ]);
  expect(dracutOptions(dracutRecipe('overlay', rules('kiwi-10')), ['kiwi-live'], nobody)).not.toContain('--omit');
});

test('dracut is asked to compress only if it does', () => {
  const recipe = dracutRecipe('overlay', rules('kiwi-9.20'));
  const compressing = (option: string | undefined) =>
    dracutOptions(recipe, ['kiwi-live'], { by: 'dracut', option, reason: '' }).slice(5, -4);
  expect(compressing('--xz')).toEqual(['--xz']);
  expect(compressing(undefined)).toEqual([]);
});

test('the modules and the options of a dracut are read from its tree', async () => {
  const text = (content: string) => file(bytesSource(Buffer.from(content)));
  const tree = FileTree.of({
    'usr/lib/dracut/modules.d/90kiwi-live/module-setup.sh': text(''),
    'usr/lib/dracut/modules.d/00bash/module-setup.sh': text(''),
    'usr/lib/dracut/modules.d/README': text(''),
    'usr/bin/dracut': text('case $1 in --no-compress) _no_compress_l="cat" ;; esac'),
  });
  expect([...dracutModuleNames(tree)!].sort()).toEqual(['bash', 'kiwi-live']);
  expect(await hasNoCompress(tree, quietRun())).toBe(true);
  const older = FileTree.of({ 'usr/bin/dracut': text('case $1 in --gzip) ;; esac') });
  expect(dracutModuleNames(older)).toBeUndefined();
  expect(await hasNoCompress(older, quietRun())).toBe(false);
});

test.each([
  [
    'kiwi-9.11',
    [
      'add_dracutmodules+=" kiwi-live pollcdrom "',
      'omit_dracutmodules+=" kiwi-dump kiwi-overlay kiwi-repart kiwi-lib "',
      'hostonly="no"',
      'dracut_rescue_image="no"',
    ],
  ],
  [
    'kiwi-9.15',
    [
      'add_dracutmodules+=" kiwi-live pollcdrom "',
      'omit_dracutmodules+=" kiwi-dump kiwi-overlay kiwi-repart kiwi-lib multipath "',
      'hostonly="no"',
      'dracut_rescue_image="no"',
    ],
  ],
  ['kiwi-9.20', ['add_dracutmodules+=" kiwi-live pollcdrom "', 'omit_dracutmodules+=" multipath "']],
  ['kiwi-10', ['add_dracutmodules+=" kiwi-live pollcdrom "']],
])('the configuration of %s', (generation, lines) => {
  const recipe = dracutRecipe('overlay', rules(generation));
  expect(renderConfiguration(recipe, recipe.add)).toBe(`${lines.join('\n')}\n`);
});

test.each([
  ['an old kiwi-live', 'overlay', 'mount "$container/LiveOS/rootfs.img"', false],
  ['a new kiwi-live', 'overlay', 'if [ -d "$container/proc" ]; then', true],
  ['dmsquash-live', 'dmsquash', '', true],
] as const)('%s and a squashfs that is the root itself', async (_name, flags, script, boots) => {
  const path = 'usr/lib/dracut/modules.d/90kiwi-live/kiwi-live-lib.sh';
  const tree = FileTree.of({ [path]: file(bytesSource(Buffer.from(script))) });
  expect(await bootsSquashedRoot(tree, flags, quietRun())).toBe(boots);
  expect(await bootsSquashedRoot(FileTree.of({}), flags, quietRun())).toBe(true);
});
