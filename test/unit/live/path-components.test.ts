// Every value that becomes part of a path is one plain component or refused, from any source.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../src/io/index.js';
import { bytesSource } from '../../../src/io/memory.js';
import { findTheme } from '../../../src/live/boot/grub-data.js';
import { bundleNames } from '../../../src/live/bundle/names.js';
import { loadDescription } from '../../../src/live/description/index.js';
import { readImage } from '../../../src/live/description/read-description.js';
import { parseYaml } from '../../../src/live/description/yaml.js';
import { isPathComponent, pathComponent } from '../../../src/live/files/path-component.js';
import { withWorkDirectory } from '../../../src/live/files/work-directory.js';
import { bundleResults } from '../../../src/live/index.js';
import { findKernel } from '../../../src/live/plan/kernel.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file } from '../../../src/tree/node.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();

/** Values that would lead elsewhere, or are no name; the empty one stands for itself. */
const HOSTILE = [
  '..',
  '.',
  '/',
  '/etc',
  'a/../../b',
  '1.0/../../x',
  'a/b',
  '../x',
  'a\nb',
  'a\u001bb',
  'a\u0085b',
  'x'.repeat(256),
];
const HOSTILE_IN_YAML = [...HOSTILE, 'a\0b'];

test.each(['1.0', 'a b', 'ü', '...', '-x', '.hidden', 'x'.repeat(255), "it's", '$(id)'])('%j is one', (value) => {
  expect(pathComponent(value, { what: 'It' })).toBe(value);
});

test.each([...HOSTILE_IN_YAML, '', '\ud800', 'ü'.repeat(128)])('%j is none', (value) => {
  expect(isPathComponent(value)).toBe(false);
  expect(() => pathComponent(value, { what: 'It' })).toThrow(expect.objectContaining({ code: 'live.path-component' }));
});

const yaml = (parts: Readonly<Record<string, string>>) =>
  JSON.stringify({
    image: {
      '@schemaversion': '8.0',
      '@name': parts['name'] ?? 'small',
      preferences: {
        version: parts['version'] ?? '1.0.0',
        'bootloader-theme': parts['bootloader-theme'] ?? 'oak',
        'bootsplash-theme': parts['bootsplash-theme'] ?? 'oak',
        type: { '@image': 'iso' },
      },
    },
  });
const REFUSED = /^(live\.path-component|description\.bad-value)$/;

describe.each(['name', 'version', 'bootloader-theme', 'bootsplash-theme'])('the %s of a description', (part) => {
  test.each(HOSTILE_IN_YAML)('%j is refused with its place', (value) => {
    const read = () => readImage(parseYaml(yaml({ [part]: value }), 'd.yaml'), { architecture: 'x86_64' });
    expect(read).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(REFUSED),
        place: expect.objectContaining({ path: 'd.yaml', line: expect.any(Number) }),
      }),
    );
  });
});

test.each(HOSTILE.filter((value) => value !== '.'))('the file of a description cannot be %j', async (value) => {
  await expect(loadDescription(scratch, { architecture: 'x86_64' }, value)).rejects.toMatchObject({
    code: 'live.path-component',
  });
});

test.each(['..', 'a\nb', '-x', 'a b'])('a directory %j among modules is not a kernel', (name) => {
  const tree = () => FileTree.of({ [`usr/lib/modules/${name}/modules.dep`]: file(bytesSource(new Uint8Array())) });
  if (name === '..') expect(tree).toThrow(expect.objectContaining({ code: 'tree.bad-name' }));
  else expect(() => findKernel(tree())).toThrow(expect.objectContaining({ code: 'live.no-kernel' }));
});

test('a theme is looked for below the directory of themes', () => {
  expect(findTheme(FileTree.of({ 'usr/share/grub/secret/x': file(bytesSource(new Uint8Array())) }), '../secret')).toBe(
    undefined,
  );
});

describe('a bundle', () => {
  const tags = { N: 'n', P: 'p', A: 'x86_64', I: '', T: 'iso', M: '1', m: '2', p: '3', v: '1.2.3' };
  const live_image = { filename: '/anywhere/n.x86_64-1.iso', use_for_bundle: true, compress: false, shasum: false };

  test.each(
    Object.keys(tags)
      .filter((letter) => letter !== 'I')
      .flatMap((letter) => HOSTILE.map((value) => [letter, value] as const)),
  )('refuses %%%s as %j', (letter, value) => {
    const bundle_format = { pattern: `%${letter}-%I`, tags: { ...tags, [letter]: value } };
    expect(() => bundleNames({ live_image, bundle_format }, '7', undefined)('n.x86_64-1.iso')).toThrow(
      expect.objectContaining({ code: 'live.path-component' }),
    );
  });

  test.each(['/../x', 'a/%N', '../%N'])('refuses the pattern %j', (format) => {
    expect(() => bundleNames({ live_image }, '7', format)('n.x86_64-1.iso')).toThrow(
      expect.objectContaining({ code: 'live.path-component' }),
    );
  });

  test.each(['..', '/', 'a\nb', '/x/..', ''])('refuses a record with the file %j', async (filename) => {
    const targetDirectory = mkdtempSync(join(scratch, 'record-'));
    writeFileSync(
      join(targetDirectory, 'isopress.result.json'),
      JSON.stringify({ live_image: { ...live_image, filename } }),
    );
    const made = bundleResults({ targetDirectory, bundleDirectory: join(scratch, 'none'), id: '7' }, quietRun());
    await expect(made).rejects.toMatchObject({ code: 'bundle.record' });
  });

  test('that fails leaves no directory that was made for it', async () => {
    const [targetDirectory, made] = [mkdtempSync(join(scratch, 'record-')), join(scratch, 'made')];
    writeFileSync(join(targetDirectory, 'isopress.result.json'), JSON.stringify({ live_image }));
    for (const bundleDirectory of [made, join(made, 'a/b')]) {
      await expect(bundleResults({ targetDirectory, bundleDirectory, id: '7' }, quietRun())).rejects.toThrow();
      expect(existsSync(made)).toBe(false);
    }
  });

  test('takes files only from the directory of the record, with any path in it', async () => {
    const [targetDirectory, bundleDirectory] = [mkdtempSync(join(scratch, 'record-')), join(scratch, 'moved')];
    const foreign = join(scratch, 'n.x86_64-1.iso');
    writeFileSync(foreign, 'foreign');
    writeFileSync(
      join(targetDirectory, 'isopress.result.json'),
      JSON.stringify({ live_image: { ...live_image, filename: foreign } }),
    );
    const options = { targetDirectory, bundleDirectory, id: '7' };
    await expect(bundleResults(options, quietRun())).rejects.toMatchObject({ code: 'bundle.result-missing' });
    writeFileSync(join(targetDirectory, 'n.x86_64-1.iso'), 'own');
    const { files } = await bundleResults(options, quietRun());
    expect(files).toMatchObject([{ path: join(bundleDirectory, 'n.x86_64-1-7.iso'), size: 3 }]);
    expect(readdirSync(bundleDirectory)).toEqual(['n.x86_64-1-7.iso']);
  });
});

test('attributes and texts have no control characters, in any language of descriptions', () => {
  const text = (value: string) =>
    yaml({}).replace('"@image":"iso"', `"@image":"iso","@kernelcmdline":${JSON.stringify(value)}`);
  const read = (value: string) => readImage(parseYaml(text(value), 'd.yaml'), { architecture: 'x86_64' });
  expect(read('a\tb').type.kernelcmdline).toBe('a\tb');
  for (const value of ['a\0b', 'a\u001b[2Jb', 'a\u007fb', 'a\u0085b']) {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'description.bad-value' }));
  }
});

describe('a work directory', () => {
  const request = (targetDirectory: string, notes: string[]) =>
    ({ targetDirectory, name: 'x', purpose: 'work', note: (text: string) => void notes.push(text) }) as const;

  test('is unique for every run, and those of other runs are reported and left', async () => {
    const target = mkdtempSync(join(scratch, 'target-'));
    mkdirSync(join(target, '.x.work-killed'));
    writeFileSync(join(target, '.x.work-killed', 'kept'), '');
    const notes: string[] = [];
    const places = await withWorkDirectory(request(target, notes), (one) =>
      withWorkDirectory(request(target, []), async (other) => [one, other]),
    );
    expect(new Set(places).size).toBe(2);
    expect(readdirSync(target)).toEqual(['.x.work-killed']);
    expect(readdirSync(join(target, '.x.work-killed'))).toEqual(['kept']);
    expect(notes).toHaveLength(1);
  });

  test('that was replaced by another directory is not removed', async () => {
    const target = mkdtempSync(join(scratch, 'target-'));
    await withWorkDirectory(request(target, []), async (path) => {
      rmSync(path, { recursive: true });
      mkdirSync(join(target, 'filler'));
      mkdirSync(path);
      writeFileSync(join(path, 'foreign'), '');
    });
    const [left] = readdirSync(target).filter((name) => name.startsWith('.x.work'));
    expect(readdirSync(join(target, left!))).toEqual(['foreign']);
  });
});
