// How dracut is called, by flags and schema version.
import { expect, test } from 'vitest';
import { dracutOptions, dracutRecipe } from '../../../../src/live/initrd/live-modules.js';

const version = (text: string) => {
  const [major, minor] = text.split('.').map(Number);
  return { major: major!, minor: minor! };
};

test.each([
  ['overlay', '6.8', 'kiwi-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib', true],
  ['overlay', '6.9', 'kiwi-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib multipath', true],
  ['overlay', '7.4', 'kiwi-live pollcdrom', 'multipath', true],
  ['overlay', '8.5', 'kiwi-live pollcdrom', '', false],
  ['dmsquash', '6.9', 'dmsquash-live pollcdrom', 'kiwi-dump kiwi-overlay kiwi-repart kiwi-lib multipath', true],
  ['dmsquash', '7.2', 'dmsquash-live livenet pollcdrom', 'multipath', true],
  ['dmsquash', '8.0', 'dmsquash-live livenet pollcdrom', '', false],
] as const)('%s in schema %s adds %s and omits %s', (flags, schema, add, omit, xz) => {
  const recipe = dracutRecipe(flags, version(schema));
  expect(recipe.add.join(' ')).toBe(add);
  expect(recipe.omit.join(' ')).toBe(omit);
  expect(recipe.xz).toBe(xz);
  expect(recipe.essential).toBe(recipe.add[0]);
});

test('dracut gets lists as one word each, and no list that is empty', () => {
  expect(dracutOptions(dracutRecipe('overlay', version('7.4')), ['kiwi-live', 'pollcdrom'])).toEqual([
    ...['--force', '--verbose', '--reproducible', '--no-hostonly', '--no-hostonly-cmdline', '--xz'],
    ...['--add', ' kiwi-live pollcdrom ', '--omit', ' multipath '],
  ]);
  expect(dracutOptions(dracutRecipe('overlay', version('8.5')), ['kiwi-live'])).not.toContain('--omit');
});
