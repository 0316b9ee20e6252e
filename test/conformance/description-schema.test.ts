// Every element and attribute of the schema of KIWI 10.3 and 11, with values of every kind, by the judgement of that schema:
// nothing that it accepts is refused, and what is accepted beyond it is listed with the reason. What earlier releases do not
// accept is not read by their rules.
import { expect } from 'vitest';
import { InvalidInputError, UnsupportedError } from '../../src/errors.js';
import { type Generation, generations, readDescription } from '../../src/live/description/index.js';
import { type KiwiRelease, kiwiReleases } from '../support/kiwi/release.js';

const { releases, test } = await kiwiReleases('11.1.6', '10.3.9');
const [newest] = releases;
const { releases: earlier } = await kiwiReleases('10.3.9', '9.25.22');
const MINUTES = 60_000;
const GENERATIONS: Readonly<Record<string, Generation>> = { '11.1.6': 'kiwi-11', '10.3.9': 'kiwi-10' };

/** Whether a generation finds no fault; what is not built is no fault of the document. */
function faultOf(text: string, generation: Generation): string | undefined {
  try {
    readDescription(text, 'config.xml', { architecture: 'x86_64', generation });
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    if (error instanceof InvalidInputError) return error.message;
    throw error;
  }
  return undefined;
}

/** The generation that is taken; undefined for a description that is sound and not built. */
function generationOf(text: string): Generation | undefined {
  try {
    return readDescription(text, 'config.xml', { architecture: 'x86_64' }).generation.name;
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

/** Changes that are accepted here and refused by KIWI, by place and change, with the reason. */
const LENIENT: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [
    /^type of (?!iso:)\w+: /,
    'Settings of other image types have known names; their values and combinations decide nothing.',
  ],
  [
    /^(oemconfig|oem-[\w-]+|systemdisk|volume|partitions|partition|vagrantconfig|machine|vm[\w-]+|installmedia|luksformat|option) of \w+: /,
    'Disks and virtual machines: known words pass unread.',
  ],
  [
    /^(containerconfig|entrypoint|subcommand|argument|expose|port|volumes|stopsignal|environment|env|labels|label|history) of \w+: /,
    'Containers: known words pass unread.',
  ],
  [
    /^(bootloadersettings|(shim|install|config)option|securelinux|hkd_\w+|initrd|dracut) of \w+: /,
    'Options for installing a boot loader on a disk, and for initrds of disks, pass unread.',
  ],
  [/^collectionModule: name=/, 'The name of a module, which has had its effect.'],
  [/^extension: |^image: <extension>/, 'What an extension holds is the business of its program.'],
  [
    /^type of iso: <(containerconfig|installmedia|luksformat|machine)>/,
    'Elements of other image types decide nothing.',
  ],
  [/^bootloader of \w+: /, 'Settings of a boot loader that the named one does not have decide nothing on a medium.'],
  [/^include: /, 'A text alone includes no files.'],
  [/^profile: /, 'A profile without a description for people.'],
];

type Probe = readonly [place: string, change: string, accepted: boolean, text: string];

const probes = new Map<KiwiRelease, readonly Probe[]>();

function probesOf(release: KiwiRelease): readonly Probe[] {
  const made = () => {
    const lines = release.run('probe.py').trimEnd().split('\n');
    return lines.map((line) => JSON.parse(line) as Probe);
  };
  const found = probes.get(release) ?? made();
  probes.set(release, found);
  return found;
}

test.for(releases)('the schema of KIWI $version, word by word', { timeout: 15 * MINUTES }, (release) => {
  const generation = GENERATIONS[release.version]!;
  const probes = probesOf(release);
  const refused: string[] = [];
  const lenient: string[] = [];
  const used = new Set<(typeof LENIENT)[number]>();
  for (const [place, change, accepted, text] of probes) {
    const fault = faultOf(text, generation);
    const what = `${place}: ${change}`;
    if (accepted && fault !== undefined) refused.push(`${what}: ${fault}`);
    if (accepted || fault !== undefined) continue;
    const listed = LENIENT.find(([pattern]) => pattern.test(what));
    if (listed) used.add(listed);
    else lenient.push(what);
  }
  expect(probes.length).toBeGreaterThan(6000);
  expect(probes.filter(([, , accepted]) => accepted).length).toBeGreaterThan(2000);
  expect({ refused, lenient }).toEqual({ refused: [], lenient: [] });
  expect(LENIENT.filter((one) => !used.has(one))).toEqual([]);
});

/** The generation that follows the last one whose rules a release has. */
const FOLLOWING: Readonly<Record<string, Generation>> = { '10.3.9': 'kiwi-11', '9.25.22': 'kiwi-10' };

/** Changes that the generation of an earlier release accepts, and the release refuses, with the reason. */
const LENIENT_BEFORE: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/^type of oem: spare_part_is_last=/, 'A combination of settings of a disk.'],
];

test.for(earlier)(
  'what only a later KIWI than $version accepts is read by the rules of that',
  { timeout: 15 * MINUTES },
  (release) => {
    const following = generations.findIndex(({ name }) => name === FOLLOWING[release.version]);
    const sound = probesOf(newest!).filter(([, , accepted]) => accepted);
    const input = JSON.stringify(sound.map(([, , , text]) => text));
    const { version, accepted } = JSON.parse(release.run('earlier.py', input));
    const wrong = { tooOld: [] as string[], tooNew: [] as string[] };
    for (const [i, [place, change, , text]] of sound.entries()) {
      const read = generationOf(text.replace('schemaversion="8.5"', `schemaversion="${version}"`));
      if (read === undefined) continue;
      const isLater = generations.findIndex(({ name }) => name === read) >= following;
      const what = `${place}: ${change}`;
      if (isLater && accepted[i]) wrong.tooNew.push(what);
      if (!isLater && !accepted[i] && !LENIENT_BEFORE.some(([pattern]) => pattern.test(what))) wrong.tooOld.push(what);
    }
    expect(accepted.filter((one: boolean) => !one).length).toBeGreaterThan(20);
    expect(wrong).toEqual({ tooOld: [], tooNew: [] });
  },
);
