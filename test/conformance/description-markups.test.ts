// Descriptions in TOML, YAML and JSON by the judgement of KIWI, which reads them with anymarkup: what it writes in these languages
// is read as its XML is, and values in every spelling of a language are read as KIWI reads them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
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
