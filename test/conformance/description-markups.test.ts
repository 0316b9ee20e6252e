// Descriptions in TOML, YAML and JSON by the judgement of KIWI, which reads them with anymarkup: what it writes in these languages
// is read as its XML is, and values in every spelling of a language are read as KIWI reads them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { InvalidInputError } from '../../src/errors.js';
import { type LiveDescription, loadDescription } from '../../src/live/index.js';
import { profileValues } from '../../src/live/initrd/profile.js';
import { kiwiReleases, markupModules } from '../support/kiwi/release.js';
import { scratchDirectory } from '../support/scratch.js';

const { releases, test } = await kiwiReleases('11.1.6');
const scratch = scratchDirectory();
const MINUTES = 60_000;

const SAMPLES = [
  ...['descriptions/kiwi-9.24.xml', 'descriptions/kiwi-10.xml', 'debian-live/config.xml'],
  ...[
    'almalinux/almalinux.kiwi',
    'arch/config.kiwi',
    'debian/config.xml',
    'opensuse/config.xml',
    'ubuntu/config.xml',
  ].map((name) => `descriptions-of-makers/${name}`),
].map((name) => resolve('fixtures', name));

/** All that is read, without the places. */
function valuesOf({ type, bootloader, profiles, packages, drivers, strip, size, ...rest }: LiveDescription) {
  const { displayName, packageManager, bootloaderTheme, xenGuest } = rest;
  const sorted = (names: readonly string[]) => [...names].sort();
  return {
    ...{ type, bootloader, profiles, displayName, packageManager, bootloaderTheme, xenGuest },
    size: size && { ...size, place: undefined },
    // The languages keep no order among elements of different names.
    packages: { installed: sorted(packages.installed), deleted: sorted(packages.deleted) },
    files: [drivers, strip.delete, strip.tools, strip.libs].map(sorted),
    profile: profileValues({ ...rest, type, bootloader, profiles, size, packages, drivers, strip }),
  };
}

const load = (path: string) =>
  loadDescription(dirname(path), { architecture: 'x86_64', generation: 'kiwi-11' }, basename(path));

test.for(releases)(
  'what KIWI $version writes in TOML, YAML and JSON says what its XML says',
  { timeout: 5 * MINUTES },
  async (release) => {
    const converted: Readonly<Record<string, Readonly<Record<string, string>>>> = JSON.parse(
      release.run('convert.py', JSON.stringify(SAMPLES), await markupModules()),
    );
    let compared = 0;
    for (const [i, path] of SAMPLES.entries()) {
      const inXml = valuesOf(await load(path));
      for (const [language, text] of Object.entries(converted[path]!)) {
        const directory = join(scratch, `${i}-${language}`);
        mkdirSync(directory);
        writeFileSync(join(directory, `config.${language}`), text);
        expect(valuesOf(await load(join(directory, `config.${language}`))), `${path} in ${language}`).toEqual(inXml);
        compared++;
      }
    }
    expect(compared).toBe(3 * SAMPLES.length);
  },
);

type Language = 'yaml' | 'toml' | 'json';

interface Values {
  readonly version?: string;
  readonly timeout?: string;
  readonly persistent?: string;
  readonly options?: string;
  readonly packages?: string;
}

/** A description in a language, with values as they are written there. */
const TEMPLATES: Readonly<Record<Language, (values: Values) => string>> = {
  yaml: ({ version, timeout, persistent, options, packages }) => `image:
  "@schemaversion": "8.5"
  "@name": sample
  description: {"@type": system, author: a, contact: c, specification: s}
  preferences:
    version: ${version ?? '1.2.3'}
    packagemanager: dnf5
    type:
      "@image": iso
      "@kernelcmdline": ${options ?? 'quiet'}
      "@hybridpersistent": ${persistent ?? 'true'}
      bootloader: {"@name": grub2, "@timeout": ${timeout ?? '5'}}
  packages:
    "@type": image
    package: ${packages ?? '[{"@name": dracut-kiwi-live}]'}
`,
  toml: ({ version, timeout, persistent, options, packages }) => `[image]
"@schemaversion" = "8.5"
"@name" = "sample"
description = {"@type" = "system", author = "a", contact = "c", specification = "s"}
[image.preferences]
version = ${version ?? '"1.2.3"'}
packagemanager = "dnf5"
[image.preferences.type]
"@image" = "iso"
"@kernelcmdline" = ${options ?? '"quiet"'}
"@hybridpersistent" = ${persistent ?? 'true'}
[image.preferences.type.bootloader]
"@name" = "grub2"
"@timeout" = ${timeout ?? '5'}
[image.packages]
"@type" = "image"
package = ${packages ?? '[{"@name" = "dracut-kiwi-live"}]'}
`,
  json: ({ version, timeout, persistent, options, packages }) => `{"image": {"@schemaversion": "8.5", "@name": "sample",
 "description": {"@type": "system", "author": "a", "contact": "c", "specification": "s"},
 "preferences": {"version": ${version ?? '"1.2.3"'}, "packagemanager": "dnf5", "type": {"@image": "iso",
  "@kernelcmdline": ${options ?? '"quiet"'}, "@hybridpersistent": ${persistent ?? 'true'},
  "bootloader": {"@name": "grub2", "@timeout": ${timeout ?? '5'}}}},
 "packages": {"@type": "image", "package": ${packages ?? '[{"@name": "dracut-kiwi-live"}]'}}}}`,
};

/** Values that are read as KIWI reads them, or refused as KIWI refuses them. */
const SPELLINGS: Readonly<Record<Language, Readonly<Record<keyof Values, readonly string[]>>>> = {
  yaml: {
    version: ['1.2.3', '"1.10"', '12', '1.0', '2024-01-02', '1.2.3 # comment', '1e3', '01.02.03', '[1.2.3]', '[1, 2]'],
    timeout: [
      ...['10', '"10"', '010', '0o10', '0x10', '0b11', '1_000', '1:30', '1e1', '1.0', '+5', '-5', '~', '""', '" 7 "'],
      ...['!!str 7', '!!int "7"', 'true', '[7]', '{a: 1}'],
    ],
    persistent: [
      'True',
      'TRUE',
      'yes',
      'on',
      'y',
      'false',
      'No',
      'OFF',
      'n',
      '1',
      '0',
      '"true"',
      '"True"',
      'tRUE',
      '~',
    ],
    options: [
      ...['>-\n        a\n\n        b', '"a\\tb"', '"\\u00e9"', "'it''s'", '"a\\\n         b"', 'a: b', 'a #b', '"&"'],
      ...['"<a>"', 'a\n        b', '&x a', '"\\x07"', '"\\0"', '"a\\nb"'],
    ],
    packages: [
      '\n    - "@name": dracut-kiwi-live\n    - &a {"@name": b}\n    - *a',
      '\n    - &a {"@name": dracut-kiwi-live}\n    - <<: *a\n      "@arch": x86_64',
      '{"@name": dracut-kiwi-live}',
      ...['~', '[[{"@name": a}]]', '[a, b]', '[{"@name": dracut-kiwi-live, "#text": x}]', '\n    - &a [*a]', '*a'],
    ],
  },
  toml: {
    version: ['"1.2.3"', '12', '1.0', '2024-01-02', 'inf', 'nan', '["1.2.3"]', '["1", "2"]'],
    timeout: ['10', '"10"', '0x10', '0o10', '0b11', '1_000', '1.0', '+5', '-5', '""', 'true', '[7]', '010', '{a = 1}'],
    persistent: ['true', 'false', '"true"', '1', 'True'],
    options: [
      ...['"""\na\nb"""', '"""a \\\n   b"""', "'''\na'''", '"a\\tb"', '"\\u00e9"', "'a\\b'", '"\\u0007"'],
      '"\\U0001F600"',
    ],
    packages: [
      '{"@name" = "dracut-kiwi-live"}',
      '[{"@name" = "dracut-kiwi-live"},\n # c\n {"@name" = "b"},]',
      '[{"@name" = "dracut-kiwi-live"},\n{"@name" = "b",\n"@arch" = "x86_64"}]',
      ...['[[{"@name" = "a"}]]', '["a"]', '[{"@name" = "dracut-kiwi-live", "#text" = "x"}]'],
    ],
  },
  json: {
    version: ['"1.2.3"', '12', '1.0', '["1.2.3"]'],
    timeout: ['10', '"10"', '1.0', '1e1', '-5', '""', 'true', 'null', '[7]', '{}'],
    persistent: ['true', 'false', '"true"', '1', 'null', '"True"'],
    options: [...['"a\\tb"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\/"', '"a\\nb"', '"&"', '"\\u0007"', '"\\ud800"']],
    packages: ['{"@name": "dracut-kiwi-live"}', 'null', '[[{"@name": "a"}]]', '["a"]'],
  },
};

const CONSTANTS = ['kiwi_align', 'kiwi_sectorsize'];

/** `/.profile` of what is read here; undefined for what is refused. */
async function readHere(path: string): Promise<Record<string, string> | undefined> {
  try {
    const values = profileValues(await load(path));
    for (const name of CONSTANTS) delete values[name];
    return values;
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined;
    throw error;
  }
}

test.for(releases)(
  'every spelling of a value is read as KIWI $version reads it',
  { timeout: 10 * MINUTES },
  async (release) => {
    const cases = Object.entries(SPELLINGS).flatMap(([language, fields]) =>
      Object.entries(fields).flatMap(([field, values]) => values.map((value) => ({ language, field, value }))),
    );
    const paths = cases.map(({ language, field, value }, i) => {
      const path = join(scratch, `spelling-${i}`, `config.${language}`);
      mkdirSync(dirname(path));
      writeFileSync(path, TEMPLATES[language as Language]({ [field]: value }));
      return path;
    });
    const judged: Readonly<Record<string, { read?: Record<string, { error?: string; profile: object }> }>> = JSON.parse(
      release.run('verdicts.py', JSON.stringify(paths), await markupModules()),
    );
    const different: unknown[] = [];
    let accepted = 0;
    for (const [i, path] of paths.entries()) {
      const { error, profile } = judged[path]!.read?.[''] ?? { error: 'refused', profile: undefined };
      const theirs = error === undefined ? profile : undefined;
      const own = await readHere(path);
      if (theirs) accepted++;
      if (!isDeepStrictEqual(own, theirs)) different.push({ ...cases[i], own, theirs });
    }
    expect(different).toEqual([]);
    expect(accepted).toBeGreaterThan(60);
  },
);
