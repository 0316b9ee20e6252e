// The runtime configuration: its places, how they merge, and what is wrong with a bad one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../../../src/live/configuration/index.js';
import { scratchDirectory } from '../../../support/scratch.js';

const scratch = scratchDirectory();
let count = 0;

/** A separate machine with these files. */
function machine(files: Record<string, string>): string {
  const base = join(scratch, `machine${++count}`);
  mkdirSync(base);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(base, path)), { recursive: true });
    writeFileSync(join(base, path), text);
  }
  return base;
}

test('a machine without any has no settings', async () => {
  const base = machine({});
  expect(await loadConfiguration({ base, home: join(base, 'home') })).toEqual({});
});

test('all settings are read', async () => {
  const base = machine({
    'etc/kiwi.yml': `
runtime_checks:
  - disable: [check_a, check_b]
build_constraints:
  - max_size: 700m
iso:
  - tool_category: xorriso
  - media_tag_tool: isomd5sum
bundle:
  - compress: true
  - has_package_changes: false
shasum:
  - size: 512
xz:
  - options: '-9 --threads=0'
mapper:
  - part_mapper: partx
credentials:
  - iso:
    - user: x
`,
  });
  expect(await loadConfiguration({ base })).toEqual({
    disabledChecks: ['check_a', 'check_b'],
    largestImage: 700 * 2 ** 20,
    isoTools: 'xorriso',
    mediaTagStyle: 'rh',
    bundleCompress: true,
    packageChanges: false,
    digest: 'sha512',
    bundleDigest: 'sha512',
    xzOptions: ['-9', '--threads=0'],
  });
});

test('later places replace whole sections of earlier ones', async () => {
  const size = (text: string) => `build_constraints:\n  - max_size: ${text}\n`;
  const base = machine({
    'usr/share/kiwi/kiwi.yml': `${size('1')}bundle:\n  - compress: true\n  - has_package_changes: true\n`,
    'usr/share/kiwi/kiwi.yml.d/20.yml': size('3'),
    'usr/share/kiwi/kiwi.yml.d/10.yml': size('2'),
    'usr/share/kiwi/kiwi.yml.d/README': 'not: read',
    'etc/kiwi.yml': `bundle:\n  - compress: false\n`,
    'home/.config/kiwi/config.yml': size('5g'),
    'own.yml': size('6'),
  });
  const home = join(base, 'home');
  expect(await loadConfiguration({ base })).toEqual({ largestImage: 3, bundleCompress: false });
  expect((await loadConfiguration({ base, home })).largestImage).toBe(5 * 2 ** 30);
  expect((await loadConfiguration({ base, home, file: join(base, 'own.yml') })).largestImage).toBe(6);
});

test.each([
  ['no mapping', '- a\n', 'configuration.format', 1],
  ['no list', 'iso: xorriso\n', 'configuration.format', 1],
  ['no mapping in the list', 'iso:\n  - xorriso\n', 'configuration.format', 2],
  ['no YAML', 'iso:\n  - [a\n', 'configuration.format', 3],
  ['a key twice', 'iso:\n  - a: b\niso:\n  - a: c\n', 'configuration.format', 3],
  ['a size that is none', 'build_constraints:\n  - max_size: big\n', 'configuration.value', 2],
  ['a size in kilobytes', 'build_constraints:\n  - max_size: 100k\n', 'configuration.value', 2],
  ['a tool nobody knows', '\niso:\n  - media_tag_tool: x\n', 'configuration.value', 3],
  ['a category of tools nobody knows', 'iso:\n  - tool_category: x\n', 'configuration.value', 2],
  ['checks that are no list', 'runtime_checks:\n  - disable: check_a\n', 'configuration.value', 2],
  ['a truth that is none', 'bundle:\n  - compress: maybe\n', 'configuration.value', 2],
])('%s is an error that names its line', async (_, text, code, line) => {
  const base = machine({ 'etc/kiwi.yml': text });
  const error = await loadConfiguration({ base }).then(
    () => undefined,
    (reason) => reason,
  );
  expect(error).toMatchObject({ code, place: { path: join(base, 'etc/kiwi.yml'), line } });
});

test('a named file must exist', async () => {
  const file = join(scratch, 'nowhere.yml');
  await expect(loadConfiguration({ base: machine({}), file })).rejects.toMatchObject({
    code: 'configuration.not-found',
  });
});

test('sections as mappings, as from KIWI 11 on, add to those of earlier files; lists replace them', async () => {
  const base = machine({
    'usr/share/kiwi/kiwi.yml':
      'runtime_checks:\n  disable: [check_b, check_a]\nbundle:\n  compress: true\n  shasum_size: 256\n',
    'etc/kiwi.yml': 'runtime_checks:\n  disable: [check_c]\nbundle:\n  shasum_size: "512"\n',
  });
  expect(await loadConfiguration({ base })).toEqual({
    disabledChecks: ['check_a', 'check_b', 'check_c'],
    bundleCompress: true,
    bundleDigest: 'sha512',
  });
  const replaced = machine({
    'usr/share/kiwi/kiwi.yml': 'runtime_checks:\n  disable: [check_b]\nbundle:\n  compress: true\n',
    'etc/kiwi.yml': 'runtime_checks:\n  - disable: [check_c]\nbundle:\n  - shasum_size: 512\n',
  });
  expect(await loadConfiguration({ base: replaced })).toEqual({ disabledChecks: ['check_c'], bundleDigest: 'sha512' });
});
