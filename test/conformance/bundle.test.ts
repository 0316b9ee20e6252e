// Bundles: names, digests told by sha256sum, compression told by xz, and what is left after a failure.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../src/io/index.js';
import { type BundleOptions, bundleResults } from '../../src/live/index.js';
import { isopress } from '../support/command.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
let count = 0;
const base = 'small.x86_64-1.2.3';

/** Results as a build leaves them. */
function results(more: object = {}): string {
  const dir = join(scratch, `target${++count}`);
  mkdirSync(dir);
  const file = (suffix: string, compress: boolean, shasum: boolean) => {
    writeFileSync(join(dir, `${base}${suffix}`), `content of ${suffix}\n`.repeat(100));
    return { filename: join(dir, `${base}${suffix}`), use_for_bundle: true, compress, shasum };
  };
  const record = {
    live_image: file('.iso', false, true),
    image_packages: file('.packages', false, false),
    image_changes: file('.changes', true, false),
    ...more,
  };
  writeFileSync(join(dir, 'isopress.result.json'), JSON.stringify(record));
  return dir;
}

async function bundle(options: Partial<BundleOptions> = {}) {
  const targetDirectory = options.targetDirectory ?? results();
  const bundleDirectory = options.bundleDirectory ?? join(scratch, `bundle${++count}`);
  const report = await bundleResults({ targetDirectory, bundleDirectory, id: 'Build7', ...options }, quietRun());
  return { report, targetDirectory, bundleDirectory, names: readdirSync(bundleDirectory).sort() };
}

oracle('xz', 'sha256sum')(
  'the id comes behind the version; digests and compression are those of the tools',
  async () => {
    const { bundleDirectory, names } = await bundle();
    const named = `${base}-Build7`;
    expect(names).toEqual([`${named}.changes.xz`, `${named}.iso`, `${named}.iso.sha256`, `${named}.packages`]);
    const checked = execFileSync('sha256sum', ['--check', `${named}.iso.sha256`], {
      cwd: bundleDirectory,
      encoding: 'utf8',
    });
    expect(checked).toBe(`${named}.iso: OK\n`);
    const unpacked = execFileSync('xz', ['--decompress', '--stdout', join(bundleDirectory, `${named}.changes.xz`)]);
    expect(unpacked.toString()).toBe('content of .changes\n'.repeat(100));
  },
);

oracle('sha512sum')('the configuration chooses the digest, and whether to compress', async () => {
  const { bundleDirectory, names } = await bundle({ configuration: { bundleDigest: 'sha512', bundleCompress: false } });
  expect(names).toEqual([
    ...[`${base}-Build7.changes`, `${base}-Build7.iso`, `${base}-Build7.iso.sha512`, `${base}-Build7.packages`],
  ]);
  execFileSync('sha512sum', ['--check', `${base}-Build7.iso.sha512`], { cwd: bundleDirectory });
});

oracle('zsyncmake', 'sha1sum')('a control file lets zsync fetch what is new of an image', async () => {
  const zsyncSource = 'https://example.org/images/';
  const { report, bundleDirectory, names } = await bundle({ zsyncSource, compress: false });
  const image = `${base}-Build7.iso`;
  expect(names).toEqual([
    `${base}-Build7.changes`,
    image,
    `${image}.sha256`,
    `${image}.zsync`,
    `${base}-Build7.packages`,
  ]);
  expect(report.files).toHaveLength(3);
  const [head] = readFileSync(join(bundleDirectory, `${image}.zsync`), 'latin1').split('\n\n');
  const digest = execFileSync('sha1sum', [join(bundleDirectory, image)], { encoding: 'utf8' }).slice(0, 40);
  expect(head!.split('\n')).toEqual(
    expect.arrayContaining([`Filename: ${image}`, `URL: https://example.org/images/${image}`, `SHA-1: ${digest}`]),
  );
});

test('names of results in texts become those in the bundle', async () => {
  const targetDirectory = results();
  const packages = join(targetDirectory, `${base}.packages`);
  writeFileSync(packages, `of ${base}.iso and ${base}.changes, not of ${base}.tar\n`);
  const binary = Buffer.from(`\0${base}.iso`);
  writeFileSync(join(targetDirectory, `${base}.changes`), binary);
  const { bundleDirectory } = await bundle({ targetDirectory, compress: false });
  expect(readFileSync(join(bundleDirectory, `${base}-Build7.packages`), 'utf8')).toBe(
    `of ${base}-Build7.iso and ${base}-Build7.changes, not of ${base}.tar\n`,
  );
  expect(readFileSync(join(bundleDirectory, `${base}-Build7.changes`))).toEqual(binary);
});

test('a pattern names the files, that of the description or another', async () => {
  const tags = { N: 'small', P: 'Live_Extra', A: 'x86_64', I: '', T: 'iso', M: '1', m: '2', p: '3', v: '1.2.3' };
  const targetDirectory = results({ bundle_format: { pattern: '%N-%P-%M.%m.%p-%I.%A', tags } });
  const { names } = await bundle({ targetDirectory, compress: false });
  expect(names).toContain('small-Live_Extra-1.2.3-Build7.x86_64.iso');
  const other = await bundle({ format: '%N_%v_%A_%I_%T_100%%', compress: false });
  expect(other.names).toContain('small_1.2.3_x86_64_Build7_iso_100%.iso');
});

test('files of the same names are replaced only if forced', async () => {
  const { targetDirectory, bundleDirectory, names } = await bundle({ compress: false });
  await expect(bundle({ targetDirectory, bundleDirectory, compress: false })).rejects.toMatchObject({
    code: 'target.exists',
  });
  expect(readdirSync(bundleDirectory).sort()).toEqual(names);
  expect((await bundle({ targetDirectory, bundleDirectory, compress: false, force: true })).names).toEqual(names);
  const iso = names.find((name) => name.endsWith('.iso'))!;
  writeFileSync(join(bundleDirectory, `.${iso}.isopress-journal`), '');
  await expect(bundle({ targetDirectory, bundleDirectory, compress: false, force: true })).rejects.toMatchObject({
    code: 'target.unfinished',
  });
});

describe('results that cannot be bundled', () => {
  test.each([
    ['in the same directory', (target: string) => ({ bundleDirectory: target }), 'bundle.same-directory'],
    ['without results', () => ({ targetDirectory: scratch }), 'bundle.no-record'],
    ['with an id that is a path', () => ({ id: '../x' }), 'bundle.id'],
    ['with a letter nobody knows', () => ({ format: '%N-%q' }), 'bundle.format'],
    ['under a path', () => ({ format: '../%N' }), 'live.path-component'],
  ])('%s', async (_, options, code) => {
    const targetDirectory = results();
    await expect(bundle({ targetDirectory, ...options(targetDirectory) })).rejects.toMatchObject({ code });
  });

  test('a missing result leaves nothing behind', async () => {
    const gone = { filename: join(scratch, 'gone.verified'), use_for_bundle: true, compress: false, shasum: false };
    const bundleDirectory = join(scratch, 'nothing');
    const targetDirectory = results({ image_verified: gone });
    await expect(bundle({ targetDirectory, bundleDirectory })).rejects.toMatchObject({ code: 'bundle.result-missing' });
    expect(existsSync(bundleDirectory)).toBe(false);
  });

  test.each(['[]', '{', '{"live_image": {}}', '3'])('a record of %s', async (text) => {
    const targetDirectory = results();
    writeFileSync(join(targetDirectory, 'isopress.result.json'), text);
    await expect(bundle({ targetDirectory })).rejects.toMatchObject({ code: 'bundle.record' });
  });
});

test('an RPM package is refused by the name of its option', () => {
  const bundleDirectory = join(scratch, 'rpm');
  const args = ['bundle', '--target-dir', results(), '--id', '7', '--bundle-dir', bundleDirectory, '--package-as-rpm'];
  const { status, stderr } = isopress(args);
  expect({ status, made: existsSync(bundleDirectory) }).toEqual({ status: 2, made: false });
  expect(stderr).toMatch(/--package-as-rpm.*\[bundle\.package-as-rpm\]\n {2}Leave the option out/);
});

test('the command says what it made', () => {
  const bundleDirectory = join(scratch, 'by-command');
  const args = ['bundle', '--target-dir', results(), '--id', '7', '--bundle-dir', bundleDirectory, '--no-compress'];
  const { status, stdout, stderr } = isopress([...args, '--json']);
  expect(status, stderr).toBe(0);
  expect(JSON.parse(stdout).files).toHaveLength(3);
  expect(existsSync(join(bundleDirectory, `${base}-7.iso`))).toBe(true);
  expect(readFileSync(join(bundleDirectory, `${base}-7.iso.sha256`), 'utf8')).toMatch(
    new RegExp(`^[0-9a-f]{64}  ${base}-7.iso\n$`),
  );
  expect(isopress(args).status).toBe(4);
});
