// The descriptions in KIWI's own source packages by the judgement of that KIWI: what it accepts is accepted and planned, with
// the values that it reads, for each of their profiles.
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect } from 'vitest';
import { InvalidInputError, UnsupportedError } from '../../src/errors.js';
import { quietRun } from '../../src/io/content.js';
import {
  checkDescription,
  type Generation,
  type LiveDescription,
  loadDescription,
  planLiveIso,
} from '../../src/live/index.js';
import { profileValues } from '../../src/live/initrd/profile.js';
import { descriptionsIn, type KiwiRelease, kiwiReleases } from '../support/kiwi/release.js';
import { scratchDirectory } from '../support/scratch.js';
import { hasGrub, makeSmallRoot } from '../support/small-root.js';

const { releases, test } = await kiwiReleases('11.1.6', '10.3.9');
const scratch = scratchDirectory();
const MINUTES = 60_000;

/** A description as KIWI reads it, or the reason why it does not. */
interface Reading {
  readonly error?: string;
  readonly failed: readonly string[];
  readonly name: string;
  readonly version: string;
  readonly profiles: readonly string[];
  readonly volid: string;
  readonly flags: string;
  readonly kernelcmdline: string;
  readonly packageManager: string;
  readonly installed: readonly string[];
  /** `/.profile`, without empty values. */
  readonly profile: Readonly<Record<string, string>>;
}

interface Verdict {
  readonly accepted: boolean;
  readonly error?: string;
  /** By profile; without one under the empty name. */
  readonly read: Readonly<Record<string, Reading>>;
}

/** Descriptions that are accepted here and refused by KIWI, by file, with the reason. */
const LENIENT: Readonly<Record<string, string>> = {
  'example_deprecated_schema.xml':
    'KIWI 10 and later read no schema before 7.4; here the upgrades from 6.0 on are kept.',
  'example_no_imageinclude_config.xml':
    'A disk image without the file system that KIWI asks of those; it decides nothing here.',
};

/** Checks that stop KIWI and not the plan, with the reason. */
const PASSED: Readonly<Record<string, string>> = {
  check_partuuid_persistency_type_used_with_mbr: 'The plan is one for EFI machines, whose medium has a GPT.',
  check_dracut_module_for_live_iso_in_package_list: 'An initrd is given.',
};

function verdictsOf(release: KiwiRelease, paths: readonly string[]): Readonly<Record<string, Verdict>> {
  return JSON.parse(release.run('verdicts.py', JSON.stringify(paths)));
}

async function isAccepted(path: string): Promise<boolean> {
  try {
    await checkDescription(dirname(path), undefined, basename(path));
  } catch (error) {
    if (error instanceof InvalidInputError) return false;
    throw error;
  }
  return true;
}

/** KIWI adds the package manager itself. */
const MANAGERS: readonly string[] = ['apk', 'apt', 'dnf', 'dnf5', 'microdnf', 'pacman', 'zypper'];
const listed = (names: readonly string[]) => [...new Set(names)].filter((name) => !MANAGERS.includes(name)).sort();

const factsOf = ({ name, version, profiles, type, packageManager, packages }: LiveDescription) => ({
  name,
  version,
  profiles,
  volid: type.volid,
  flags: type.flags,
  kernelcmdline: type.kernelcmdline,
  packageManager,
  installed: listed(packages.installed),
});

test.for(releases)(
  'the descriptions of KIWI $version are accepted as by it',
  { timeout: 10 * MINUTES },
  async (release) => {
    const verdicts = verdictsOf(release, descriptionsIn(release.directory));
    const different: string[] = [];
    const lenient = new Set<string>();
    for (const [path, { accepted }] of Object.entries(verdicts)) {
      const own = await isAccepted(path);
      if (own && !accepted && basename(path) in LENIENT) lenient.add(basename(path));
      else if (own !== accepted)
        different.push(`${relative(release.directory, path)}: ${own ? 'accepted' : 'refused'} here`);
    }
    expect(different).toEqual([]);
    expect([...lenient].sort()).toEqual(Object.keys(LENIENT).sort());
    expect(Object.values(verdicts).filter(({ accepted }) => accepted).length).toBeGreaterThan(40);

    expect(await compareReadings(verdicts, release)).toBeGreaterThan(5);
  },
);

const MAKERS = [
  ...['almalinux/almalinux.kiwi', 'arch/config.kiwi', 'debian/config.xml', 'fedora/fedora.kiwi'],
  ...['opensuse/config.xml', 'ubuntu/config.xml'],
].map((name) => resolve('fixtures/descriptions-of-makers', name));

test.for(releases.slice(0, 1))(
  'descriptions of the shape of distributions, by KIWI $version',
  { timeout: 5 * MINUTES },
  async (release) => {
    const verdicts = verdictsOf(release, MAKERS);
    expect(Object.entries(verdicts).filter(([, { accepted }]) => !accepted)).toEqual([]);
    expect(await compareReadings(verdicts, release)).toBeGreaterThan(15);
  },
);

/** Compares what is read for each profile, and plans a medium of it; gives how many there were. */
async function compareReadings(verdicts: Readonly<Record<string, Verdict>>, { version }: KiwiRelease): Promise<number> {
  const generation = version.startsWith('10.') ? 'kiwi-10' : 'kiwi-11';
  let live = 0;
  for (const [path, { read = {} }] of Object.entries(verdicts)) {
    for (const [profile, reading] of Object.entries(read)) {
      if (!(await comparesReading(path, profile, reading))) continue;
      live++;
      await comparesProfile(path, profile, reading, generation);
    }
  }
  return live;
}

async function comparesReading(path: string, profile: string, reading: Reading): Promise<boolean> {
  const request = { architecture: 'x86_64', profiles: profile === '' ? [] : [profile] };
  const own = loadDescription(dirname(path), request, basename(path));
  if (reading.error !== undefined) {
    await expect(own, `${path} ${profile}`).rejects.toBeInstanceOf(InvalidInputError);
    return false;
  }
  // KIWI asks that of disk images too, which are nothing to a live medium.
  if (reading.failed.includes('check_image_type_unique')) {
    await own.catch(() => {});
    return false;
  }
  const { error, failed, profile: recorded, ...facts } = reading;
  const description = await own.catch((caught: unknown) => caught);
  if (description instanceof UnsupportedError) return false;
  expect(factsOf(description as LiveDescription), `${path} ${profile}`).toEqual({
    ...facts,
    version: facts.version ?? '',
    installed: listed(facts.installed),
  });
  if (hasGrub) await plans(path, profile, failed);
  return true;
}

/** Constants that KIWI's builder adds. */
const CONSTANTS = ['kiwi_align', 'kiwi_sectorsize'];

/** `/.profile` by the rules of KIWI's own generation. */
async function comparesProfile(
  path: string,
  profile: string,
  { profile: judged }: Reading,
  generation: Generation,
): Promise<void> {
  const request = { architecture: 'x86_64', profiles: profile === '' ? [] : [profile], generation };
  const own = profileValues(await loadDescription(dirname(path), request, basename(path)));
  for (const name of CONSTANTS) delete own[name];
  expect(own, `/.profile of ${path} ${profile}`).toEqual(judged);
}

/** Plans a description over a small tree; stops only where a check of KIWI stops. */
async function plans(path: string, profile: string, failed: readonly string[]): Promise<void> {
  const root = join(scratch, 'root');
  if (!planned) makeSmallRoot(root);
  planned = true;
  const initrd = join(root, 'etc/hostname');
  const plan = planLiveIso(
    {
      input: { root },
      description: {
        directory: dirname(path),
        file: basename(path),
        typeAttributes: { firmware: 'efi' },
        ...(profile === '' ? {} : { profiles: [profile] }),
      },
      initrd: { file: initrd },
      targetDirectory: scratch,
    },
    quietRun(1),
  );
  const stops = failed.filter((name) => !(name in PASSED));
  if (stops.length > 0) await expect(plan).rejects.toBeInstanceOf(InvalidInputError);
  else expect((await plan).report.volumeId).not.toBe('');
}

let planned = false;
