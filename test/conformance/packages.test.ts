// The packages to publish, as npm installs them: the engine is found in the platform's package, and installing runs nothing.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadNative } from '../../src/native/index.js';
import { platformName } from '../../src/native/platform.js';
import { scratchDirectory } from '../support/scratch.js';

const project = resolve(import.meta.dirname, '../..');
const packaged = `@isopress/native-${platformName()}`;

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(`${status} ${stderr}`).toBe('0 ');
  return stdout;
}

/** Unpacks a tarball to where npm would install it. */
function install(tarballs: string, name: string, top: string): string {
  const dir = join(top, 'node_modules', name);
  mkdirSync(dir, { recursive: true });
  const file = `${name.replace('@', '').replace('/', '-')}-0.1.0.tgz`;
  run('tar', ['-xzf', join(tarballs, file), '--strip-components=1', '-C', dir], top);
  return dir;
}

describe.skipIf(!loadNative().addon)('the packages', () => {
  const tarballs = scratchDirectory();
  const top = scratchDirectory();

  test('hold the library and its licences, name the platform, and have no install scripts', () => {
    run(process.execPath, [join(project, 'scripts/packages.js'), '--partial', '--out', tarballs], project);
    const main = JSON.parse(readFileSync(join(install(tarballs, 'isopress', top), 'package.json'), 'utf8'));
    const dir = install(tarballs, packaged, top);
    const platform = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    expect(main.optionalDependencies[packaged]).toBe(main.version);
    expect(main.scripts).toBeUndefined();
    expect(platform).toMatchObject({
      name: packaged,
      version: main.version,
      os: [process.platform],
      cpu: [process.arch],
    });
    expect(platform.scripts).toBeUndefined();
    expect(readdirSync(dir)).toContain(platform.main);
    const licences = readFileSync(join(dir, 'THIRD-PARTY'), 'utf8');
    for (const library of ['libdeflate', 'liblzma', 'lz4', 'zstd']) expect(licences).toContain(`=== ${library}-sys `);
  });

  test('the installed command runs the packaged engine, and without it says why it is portable', () => {
    const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      mkdirSync(dirname(join(top, 'node_modules', name)), { recursive: true });
      symlinkSync(join(project, 'node_modules', name), join(top, 'node_modules', name));
    }
    const version = () => run(process.execPath, ['node_modules/isopress/dist/cli/main.js', '--version'], top);
    expect(version()).toContain(`\nnative engine 0.1.0 (${packaged})\ngzip by libdeflate@`);
    rmSync(join(top, 'node_modules', packaged), { recursive: true });
    expect(version()).toContain(
      `\nportable engine (no library is built or installed for ${platformName()})\ngzip by libdeflate@`,
    );
  });
});
