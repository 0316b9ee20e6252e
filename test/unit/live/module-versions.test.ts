// KIWI's check of its own dracut modules: by the versions of the packages in the root tree.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/index.js';
import { EMPTY } from '../../../src/io/memory.js';
import { generations } from '../../../src/live/description/index.js';
import { planLiveIso } from '../../../src/live/index.js';
import { checkModuleVersions, MODULE_VERSIONS } from '../../../src/live/plan/module-versions.js';
import { FileTree, file } from '../../../src/tree/index.js';
import { scratchDirectory } from '../../support/scratch.js';
import { hasGrub, makeSmallRoot } from '../../support/small-root.js';

const newest = generations.at(-1)!;
const empty = file(EMPTY);
const tree = (...modules: readonly string[]) =>
  FileTree.of(Object.fromEntries(modules.map((name) => [`usr/lib/dracut/modules.d/${name}/module-setup.sh`, empty])));

/** The code of the error for one package. */
async function check(module: string, name: string, version: string, rules = newest): Promise<string | undefined> {
  return checkModuleVersions(tree(module), rules, async () => [{ name, version }]).then(
    () => undefined,
    (error) => error.code,
  );
}

const TOO_OLD = 'live.dracut-module-version';

describe('versions of dracut modules', () => {
  test.each([
    ['9.20.0', TOO_OLD],
    ['9.19.16-1', TOO_OLD],
    ['1:9.9-1', TOO_OLD],
    ['8', TOO_OLD],
    ['9.20', TOO_OLD],
    ['9.20.1', undefined],
    ['9.24.56-1', undefined],
    ['1:9.24.56-1', undefined],
    ['10', undefined],
    ['11.1.6+git', undefined],
    ['unknown', undefined],
  ])('%s: %s', async (version, code) => {
    expect(await check('55kiwi-live', 'dracut-kiwi-live', version)).toBe(code);
  });

  test.each([
    ['90kiwi-live', 'kiwi-dracut-live', TOO_OLD],
    ['99kiwi-lib', 'dracut-kiwi-lib', TOO_OLD],
    ['59kiwi-dump-reboot', 'dracut-kiwi-oem-dump', TOO_OLD],
    ['90kiwi-repart', 'kiwi-dracut-oem-repart', TOO_OLD],
    ['90kiwi-overlay', 'dracut-kiwi-overlay', TOO_OLD],
    ['90dmsquash-live', 'dracut-kiwi-live', undefined],
    ['90kiwi-live', 'kiwi', undefined],
  ])('the module %s of the package %s', async (module, name, code) => {
    expect(await check(module, name, '9.1.0')).toBe(code);
  });

  test('releases before the oldest modules take their own', async () => {
    const judged = await Promise.all(
      generations.map(async (rules) => [rules.name, await check('90kiwi-live', 'dracut-kiwi-live', '9.11.2', rules)]),
    );
    const without = ['kiwi-9.11', 'kiwi-9.15'];
    expect(judged).toEqual(generations.map(({ name }) => [name, without.includes(name) ? undefined : TOO_OLD]));
  });

  test('the packages are not read in a tree without modules', async () => {
    const read = () => {
      throw new Error('read');
    };
    await expect(checkModuleVersions(tree('99base'), newest, read)).resolves.toBeUndefined();
  });
});

test.runIf(hasGrub)(
  'a build ends before dracut runs, and not where the check is off or an initrd is given',
  async () => {
    const scratch = scratchDirectory();
    const root = makeSmallRoot(join(scratch, 'root'));
    mkdirSync(join(root, 'usr/lib/dracut/modules.d/90kiwi-live'), { recursive: true });
    writeFileSync(
      join(root, 'var/lib/dpkg/status'),
      'Package: kiwi-dracut-live\nStatus: install ok installed\nArchitecture: all\nVersion: 9.19.1-1\n',
    );
    const description = join(scratch, 'description');
    mkdirSync(description);
    writeFileSync(
      join(description, 'config.xml'),
      `<image schemaversion="8.0" name="small"><preferences><version>1.0.0</version>
    <type image="iso" firmware="bios"/></preferences></image>`,
    );
    const options = { input: { root }, description: { directory: description }, targetDirectory: scratch };
    const codeOf = (more: object) =>
      planLiveIso({ ...options, ...more }, quietRun(1)).then(
        () => undefined,
        (error) => error.code,
      );
    expect(await codeOf({})).toBe(TOO_OLD);
    expect(await codeOf({ configuration: { disabledChecks: [MODULE_VERSIONS] } })).not.toBe(TOO_OLD);
    expect(await codeOf({ initrd: { file: join(root, 'etc/hostname') } })).toBeUndefined();
  },
);
