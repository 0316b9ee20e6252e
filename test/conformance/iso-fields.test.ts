// Options of `isopress iso` for the descriptors, and its links and equal files, as xorriso and isoinfo read them.
import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
mkdirSync(join(tree, 'd/e'), { recursive: true });
for (const name of ['COPY.TXT', 'ABSTRACT.TXT', 'BIBLIO.TXT']) writeFileSync(join(tree, name), name);
writeFileSync(join(tree, 'd/equal'), 'COPY.TXT');
linkSync(join(tree, 'COPY.TXT'), join(tree, 'd/linked'));

function press(name: string, ...options: string[]): string {
  const image = join(scratch, `${name}.iso`);
  const { status, stderr } = isopress(['iso', tree, image, '--force', '--quiet', '--loss', 'ignore', ...options]);
  expect(status, stderr).toBe(0);
  return image;
}

/** `Publisher Id : X` and so on. */
function descriptor(image: string): Record<string, string> {
  const { stdout } = judge('xorriso', ['-indev', image, '-pvd_info']);
  return Object.fromEntries([...stdout.matchAll(/^(\S[^:]*?) *: (.*)$/gm)].map(([, key, value]) => [key!, value!]));
}

interface Row {
  readonly links: number;
  readonly block: number;
}

/** Every name that isoinfo lists, but for "." and "..", of which only the root's is told. */
function rows(image: string): Map<string, Row> {
  const { stdout } = judge('isoinfo', ['-i', image, '-R', '-l']);
  const line = /^[-d]\S+ +(\d+) .*\[ *(\d+) \d\d\] +(\S+) ?$/gm;
  return new Map(
    [...stdout.matchAll(line)]
      .reverse()
      .map(([, links, block, name]) => [name!, { links: Number(links), block: Number(block) }]),
  );
}

oracle('xorriso')('every field of the primary descriptor', () => {
  const image = press(
    'fields',
    ...['--volume-id', 'VOLUME_1', '--volume-set-id', 'SET_1', '--system-id', 'LINUX', '--publisher', 'A. PUBLISHER'],
    ...['--preparer', 'A PREPARER', '--application-id', 'AN APPLICATION', '--copyright-file', 'COPY.TXT'],
    ...['--abstract-file', 'ABSTRACT.TXT', '--bibliographic-file', 'BIBLIO.TXT'],
    ...['--volume-date', 'created=2024-01-02T03:04:05Z', '--volume-date', 'modified=2024-01-02T03:04:06.01Z'],
    ...['--volume-date', 'expires=1893553445', '--volume-date', 'effective=2025-01-02T03:04:05Z'],
  );
  expect(descriptor(image)).toMatchObject({
    'Volume Id': 'VOLUME_1',
    'Volume Set Id': 'SET_1',
    'System Id': 'LINUX',
    'Publisher Id': 'A. PUBLISHER',
    'Preparer Id': 'A PREPARER',
    'App Id': 'AN APPLICATION',
    CopyrightFile: 'COPY.TXT',
    'Abstract File': 'ABSTRACT.TXT',
    'Biblio File': 'BIBLIO.TXT',
    'Creation Time': '2024010203040500',
    'Modif. Time': '2024010203040601',
    'Expir. Time': '2030010203040500',
    'Eff. Time': '2025010203040500',
  });
});

test('an invalid date is wrong usage', () => {
  for (const date of ['modified=yesterday', 'born=1', 'modified']) {
    expect(isopress(['iso', tree, join(scratch, 'x.iso'), '--volume-date', date]).status).toBe(2);
  }
});

describe('files that share their data', () => {
  for (const rockRidge of ['1.10', '1.12']) {
    oracle('isoinfo')(`hard links, and link counts of everything: Rock Ridge ${rockRidge}`, () => {
      const found = rows(press('links', '--rock-ridge', rockRidge));
      expect(found.get('linked')).toEqual({ links: 2, block: found.get('COPY.TXT')!.block });
      expect(found.get('COPY.TXT')!.links).toBe(2);
      expect(found.get('equal')!.links).toBe(1);
      expect(found.get('equal')!.block).not.toBe(found.get('COPY.TXT')!.block);
      expect(['.', 'd', 'e'].map((name) => found.get(name)!.links)).toEqual([3, 3, 2]);
    });
  }

  oracle('isoinfo')('equal files, on request', () => {
    const found = rows(press('equal', '--duplicates-once'));
    expect(found.get('equal')).toEqual({ links: 1, block: found.get('COPY.TXT')!.block });
  });
});

describe('a strict volume', () => {
  const deep = join(scratch, 'deep');
  mkdirSync(join(deep, '2/3/4/5/6/7/8/9/10'), { recursive: true });
  writeFileSync(join(deep, '2/3/4/5/6/7/8/9/10/file name.tar.gz'), 'x');
  const strict = (source: string, ...options: string[]) =>
    isopress(['iso', source, join(scratch, 'strict.iso'), '-f', '--loss', 'ignore', '--strict', ...options]);

  oracle('isoinfo')('keeps to eight levels and d-characters', () => {
    expect(strict(deep)).toMatchObject({ status: 0 });
    const paths = judge('isoinfo', ['-i', join(scratch, 'strict.iso'), '-f'])
      .stdout.trim()
      .split('\n');
    expect(paths.some((path) => path.endsWith('FILE_NAME_TAR.GZ;1'))).toBe(true);
    for (const path of paths) expect(path).toMatch(/^(\/[A-Z0-9_]{1,31}){1,7}(\/[A-Z0-9_]{1,31}(\.[A-Z0-9_]*;1)?)?$/);
  });

  test.each([
    ['relaxed names', ['--relax', 'lowercase']],
    ['level 4', ['--level', '4']],
    ['long names of Joliet', ['--joliet=long']],
    ['deep directories that are kept', ['--deep', 'keep']],
    ['a volume id in lower case', ['--volume-id', 'volume']],
  ])('has no place for %s', (_, options) => {
    const { status, stderr } = strict(tree, ...options);
    expect(status).toBe(2);
    expect(stderr).toContain('[iso9660.strict]');
  });

  test('refuses paths that are too long, for either tree', () => {
    const long = join(scratch, 'long');
    const parts = Array.from({ length: 6 }, (_, i) => `${i}${'x'.repeat(45)}`);
    mkdirSync(join(long, ...parts), { recursive: true });
    expect(strict(long, '--no-joliet')).toMatchObject({ status: 0 });
    expect(strict(long).stderr).toMatch(/Joliet\..*\[iso9660\.path-too-long\]/s);
    mkdirSync(join(long, ...parts.map((part) => part.slice(0, 31)), 'a'.repeat(31), 'b'.repeat(31)), {
      recursive: true,
    });
    writeFileSync(join(long, ...parts.map((part) => part.slice(0, 31)), 'a'.repeat(31), `${'c'.repeat(27)}.txt`), '');
    expect(strict(long, '--no-joliet').stderr).toMatch(/ISO 9660\..*\[iso9660\.path-too-long\]/s);
  });

  test('without Rock Ridge refuses directories below the eighth level', () => {
    expect(strict(tree, '--rock-ridge', 'none').status).toBe(0);
    const { status, stderr } = strict(deep, '--rock-ridge', 'none');
    expect(status).toBe(3);
    expect(stderr).toMatch(/2\/3\/4\/5\/6\/7\/8\/9.*\[iso9660\.too-deep\]/s);
  });
});
