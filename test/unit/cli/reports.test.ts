// Every report of `--json` is as its schema says, and the page about them is current.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteString, fromText, shownName } from '../../../src/bytes/index.js';
import { REPORTS, reportId } from '../../../src/cli/output/report.js';
import { isopress } from '../../support/command.js';
import { reported, schemas, validator, validReport } from '../../support/reports.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const tree = at('tree');
mkdirSync(join(tree, 'dir'), { recursive: true });
writeFileSync(join(tree, 'file'), 'hello');
writeFileSync(join(tree, 'boot.img'), Buffer.alloc(2048, 'b'));
expect(isopress(['fat', join(tree, 'dir'), join(tree, 'efi.img'), '--quiet', '--loss', 'ignore']).status).toBe(0);
writeFileSync(join(tree, 'large'), Buffer.alloc(300_000, 'abc'));
symlinkSync('file', join(tree, 'link'));
// A byte that is not UTF-8, and the four characters that it is shown as.
const odd = at('odd');
mkdirSync(odd);
writeFileSync(Buffer.from(`${odd}/odd\xff`, 'latin1'), '1');
writeFileSync(join(odd, 'odd\\xff'), '22');
const manifest = at('manifest');
writeFileSync(manifest, 'char /tty device=4:1 mode=620\nfifo /pipe mode=600\n');

type Schema = { readonly [key: string]: unknown };

/** All schemas inside a schema, with their places. */
function* inside(schema: unknown, place: string): Generator<[string, Schema]> {
  if (typeof schema !== 'object' || schema === null) return;
  if (!Array.isArray(schema)) yield [place, schema as Schema];
  for (const [key, value] of Object.entries(schema)) yield* inside(value, `${place}/${key}`);
}

describe('the schemas', () => {
  test('are strict, closed, and describe each field', () => {
    for (const [name, schema] of schemas) {
      if (name !== 'common') expect(validator(name)).toBeTypeOf('function');
      for (const [place, part] of inside(schema, name)) {
        // Labels of container images have any names: a map has no properties, and one type of values.
        const isMap = part['properties'] === undefined && typeof part['additionalProperties'] === 'object';
        if (part['type'] === 'object' && !isMap) {
          expect([place, part['additionalProperties']]).toEqual([place, false]);
        }
        for (const [key, field] of Object.entries((part['type'] === 'object' && part['properties']) || {})) {
          expect(`${place}/${key}: ${field.description ?? field.$ref}`).not.toContain('undefined');
        }
      }
    }
  });
  test('have every report by its name and version', () => {
    const ids = [...schemas].flatMap(([name, schema]) =>
      [...inside(schema, name)].flatMap(([place, { const: id }]) => (place.endsWith('/report') ? [id] : [])),
    );
    const names = Object.keys(REPORTS) as (keyof typeof REPORTS)[];
    expect([...new Set(ids)].sort()).toEqual(names.map(reportId).sort());
  });
  test('and the page about them is made of them (scripts/report-docs.js)', () => {
    const root = resolve(import.meta.dirname, '../../..');
    const made = spawnSync(process.execPath, [join(root, 'scripts/report-docs.js'), '--print'], { encoding: 'utf8' });
    expect(made.stdout).toBe(readFileSync(join(root, 'docs/reports.md'), 'utf8'));
  });
});

const BOOT = ['--bios-boot', 'boot.img', '--efi-boot', 'efi.img', '--boot-catalog', 'boot.cat'];
const WRITERS: readonly (readonly string[])[] = [
  ['ext4'],
  ['ext4', '--size', '8M', '--label', 'ROOT', '--profile', 'modern'],
  ['squashfs'],
  ['squashfs', '--compression', 'xz', '--bcj', 'x86,arm', '--level', '6e'],
  ['squashfs', '--compression', 'none'],
  ['squashfs', '--compression', 'gzip', '--window-size', '12', '--strategies', 'default,filtered'],
  ['erofs'],
  ['erofs', '--compression', 'zstd', '--level', '3', '--cluster-size', '64K', '--fragments', 'ends', '--dedupe'],
  ['erofs', '--compression', 'lz4', '--tail-packing', '--label', 'ROOT'],
  ['erofs', '--chunk-size', '64K'],
  ['erofs', '--compression', 'lz4hc', '--cluster-size', '64K', '--label', 'ROOT'],
  ['erofs', '--compression', 'zstd', '--level', '5', '--block-size', '512'],
  ['fat'],
  ['fat', '--type', '32', '--label', 'ESP', '--serial', '0000-00AB'],
  ['iso', '--media-check', 'suse'],
  ['iso', '--udf', '--joliet', '--partition-table', 'gpt-hybrid', ...BOOT],
  ['iso', '--no-iso9660', '--udf=2.01'],
];

describe.each(WRITERS.map((words, index) => [words.join(' '), words, index] as const))(
  'isopress %s',
  (_, words, index) => {
    const [command = '', ...options] = words;
    const image = at(`writer-${index}`);
    const args = [command, tree, image, ...options, '--manifest', manifest, '--loss', 'ignore'];
    test('reports what it wrote, and what it would write', () => {
      const plan = reported([...args, '--plan']);
      expect(plan).toMatchObject({ status: 0, report: { report: `isopress-${command}-plan/1`, image } });
      const written = reported(args);
      expect(written).toMatchObject({
        status: 0,
        report: { report: `isopress-${command}/1`, layout: plan.report['layout'] },
      });
      expect(reported(['info', image])).toMatchObject({ status: 0 });
    });
  },
);

test('extract reports what it made, what was lost, and what it left out', () => {
  const [image, to] = [at('extract.img'), at('extracted')];
  expect(isopress(['erofs', tree, image, '--manifest', manifest, '--quiet']).status).toBe(0);
  const { status, report } = reported(['extract', image, to, '--engine', 'portable', '--owner', 'none']);
  expect({ status, report }).toMatchObject({
    status: 0,
    report: {
      ...{ report: 'isopress-extract/1', image, directory: to, failures: [] },
      losses: expect.arrayContaining([expect.objectContaining({ code: 'extract.special', count: 2 })]),
    },
  });
  // A file that cannot be made: a directory has its name.
  rmSync(join(to, 'file'));
  mkdirSync(join(to, 'file'));
  const again = reported(['extract', image, to, '--force', '--keep-going']);
  expect(again).toMatchObject({ status: 3, report: { failures: [{ path: 'file', message: expect.any(String) }] } });
});

test('losses are part of the report', () => {
  const { report } = reported(['fat', tree, at('losses'), '--manifest', manifest]);
  expect(report).toMatchObject({
    layout: { losses: expect.arrayContaining([expect.objectContaining({ code: 'fat.symlink' })]) },
  });
});

describe('names', () => {
  test('that are not UTF-8 never look like others, and their bytes can be had back', () => {
    for (const command of ['ext4', 'squashfs', 'iso', 'erofs']) {
      const image = at(`names.${command}`);
      expect(isopress([command, odd, image, '--quiet', '--loss', 'ignore']).status).toBe(0);
      const { report } = reported(['ls', '-R', image]);
      const entries = report['entries'] as { path: string; size: number }[];
      const files = entries.filter(({ path }) => path.startsWith('odd'));
      expect(new Map(files.map(({ path, size }) => [path, size]))).toEqual(
        new Map([
          ['odd\\xff', 1],
          ['odd\\x5cxff', 2],
        ]),
      );
      const to = `${image}.extracted`;
      expect(isopress(['extract', image, to, 'odd\\xff', '--quiet'])).toMatchObject({ status: 0, stderr: '' });
      expect(readdirSync(to, { encoding: 'latin1' })).toEqual(['odd\xff']);
      const bytes = files.map(({ path }) => shownName(fromText(path) as ByteString));
      expect(bytes.sort()).toEqual(['odd\\xff', 'odd\xff']);
    }
  });
  test('of sources too: a directory and an archive', () => {
    const place = Buffer.from(at('source\xff'), 'latin1');
    mkdirSync(place);
    writeFileSync(Buffer.concat([place, Buffer.from('/file')]), 'content');
    const script = `place="$(printf '${scratch}/source\\377')"
      tar -cf "$place/archive.tar" -C "$place" file && mv "$place/archive.tar" "$place.tar" || exit 1
      "$@" ext4 "$place" "$place.a.img" --quiet && "$@" ext4 "$place.tar" "$place.b.img" --quiet || exit 2
      "$@" cat "$place.a.img" file && "$@" cat "$place.b.img" file
      "$@" ext4 "$place/none" "$place.c.img"`;
    const { stdout, stderr } = isopress([], { prefix: ['/bin/bash', '-c', script, 'bash'] });
    expect(stdout).toBe('contentcontent');
    expect(stderr).toBe(`isopress: ${at('source')}\\xff/none does not exist. [cli.source-missing]\n`);
  });
  test('of images too', () => {
    const script = `exec "$@" "$(printf '${scratch}/image\\377')" --json --progress none`;
    const run = (...args: string[]) => isopress(args, { prefix: ['/bin/bash', '-c', script, 'bash'] });
    const written = validReport(run('ext4', tree).stdout);
    expect(written['image']).toBe(`${scratch}/image\\xff`);
    for (const command of ['info', 'ls'])
      expect(validReport(run(command).stdout)['image']).toBe(`${scratch}/image\\xff`);
  });
});

describe('media checks', () => {
  const iso = at('checked.iso');
  test('are reported with all answers', () => {
    expect(isopress(['iso', tree, iso, '--quiet', '--loss', 'ignore']).status).toBe(0);
    expect(reported(['check', iso])).toMatchObject({ status: 5, report: { ok: false, digests: [] } });
    expect(reported(['tag', '--show', iso])).toMatchObject({ status: 5, report: { style: 'none', tags: [] } });
    expect(reported(['tag', iso, '--digest', 'sha256,md5'])).toMatchObject({
      status: 0,
      report: { image: iso, style: 'suse' },
    });
    expect(reported(['tag', iso, '--export-tags', at('tags')])).toMatchObject({
      status: 0,
      report: { exported: { file: at('tags'), size: 512 } },
    });
    expect(reported(['check', iso])).toMatchObject({ status: 0, report: { ok: true } });
    expect(reported(['tag', iso, '--style', 'rh'])).toMatchObject({ status: 0 });
    expect(reported(['check', iso]).report).toMatchObject({ report: 'isopress-check/1' });
    expect(reported(['tag', '--clean', iso])).toMatchObject({ status: 0, report: { style: 'none' } });
    expect(reported(['tag', iso, '--style', 'rh'])).toMatchObject({ status: 0, report: { style: 'rh' } });
    truncateSync(iso, 40_960);
    expect(reported(['check', iso])).toMatchObject({ status: 1, report: { ok: false, message: expect.any(String) } });
    expect(reported(['check', join(tree, 'large')])).toMatchObject({ status: 5, report: { ok: false } });
    expect(reported(['info', join(tree, 'large')])).toMatchObject({ status: 5, report: { fileSystems: [] } });
  });
});

test.each<[readonly string[], number]>([
  [['ext4', tree, at('e'), '--nope'], 2],
  [['ext4', tree], 2],
  [['ext4', tree, at('e'), '--label', 'far too long for a label'], 2],
  [['iso', at('none'), at('e')], 3],
  [['squashfs', tree, at('none/e')], 4],
  [['build', '--description', scratch, '--root', tree, '--target-dir', scratch], 3],
  [['bundle', '--target-dir', scratch, '--id', '1', '--bundle-dir', at('bundle')], 3],
  [['erofs', tree, at('e'), '--cluster-size', '3'], 2],
  [['extract', manifest, at('e')], 5],
  [['extract', at('none'), at('e')], 3],
  [['extract', at('none'), tree], 4],
  [['ls', manifest], 5],
  [['cat', at('none')], 3],
  [['tag', manifest, '--show'], 5],
])('an error of %j is reported with exit code %i', (args, exitCode) => {
  const { status, stdout, stderr } = isopress([...args, '--json', '--progress', 'none']);
  // `cat` keeps standard output for the content of files.
  const report = validReport(args[0] === 'cat' ? stderr.slice(0, stderr.lastIndexOf('}') + 1) : stdout);
  expect([status, report]).toEqual([exitCode, expect.objectContaining({ report: 'isopress-error/1', exitCode })]);
});
