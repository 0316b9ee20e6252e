// Profiles: which are selected, which they require, and whether a section is used for them.

import { InvalidInputError } from '../../errors.js';
import { attributeOf, childrenNamed, requiredAttribute } from './elements.js';
import type { GenerationRules } from './generations.js';
import { bool, nameList } from './values.js';
import type { Place, XmlElement } from './xml.js';

interface Profile {
  readonly name: string;
  readonly place: Place;
  readonly imported: boolean;
  readonly requires: readonly { readonly name: string; readonly place: Place }[];
  readonly forMachine: boolean;
}

/** The criteria for sections. */
export interface Selection {
  readonly profiles: ReadonlySet<string>;
  /** Machine name as the kernel gives it. */
  readonly architecture: string;
}

/**
 * The selected profiles and those that they require, depth first, none twice. Without a selection those with `import="true"`
 * only: KIWI ignores what these require.
 * Throws {@link InvalidInputError} `description.profile` for a name that is not defined, or not for this machine.
 */
export function selectProfiles(
  image: XmlElement,
  requested: readonly string[],
  architecture: string,
  rules: GenerationRules,
): string[] {
  const defined = definedProfiles(image, architecture);
  const start =
    requested.length > 0
      ? requested
      : [...defined.values()].filter((p) => p.imported && p.forMachine).map((p) => p.name);
  const expands = rules.expandsProfiles && requested.length > 0;
  const selected = new Set<string>();
  // The next one to visit is the last; each comes before those that it requires.
  const open: { readonly name: string; readonly place: Partial<Place> }[] = [];
  for (const name of [...start].reverse()) open.push({ name, place: { path: image.place.path } });
  for (let next = open.pop(); next; next = open.pop()) {
    const { name, place } = next;
    if (selected.has(name)) continue;
    const profile = defined.get(name);
    if (!profile?.forMachine) throw profileMissing(name, profile, defined, architecture, place);
    selected.add(name);
    if (expands) open.push(...[...profile.requires].reverse());
  }
  return [...selected];
}

/** Whether an element with an optional `profiles` and `arch` attribute is used. */
export function counts(element: XmlElement, { profiles, architecture }: Selection): boolean {
  const wanted = nameList.read(attributeOf(element, 'profiles') ?? '') ?? [];
  const byProfile = wanted.length === 0 || wanted.some((name) => profiles.has(name));
  return byProfile && isForMachine(element, architecture);
}

/** Whether the `arch` attribute, if there is one, names the machine. */
export function isForMachine(element: XmlElement, architecture: string): boolean {
  const machines = nameList.read(attributeOf(element, 'arch') ?? '') ?? [];
  return machines.length === 0 || machines.map(machineOf).includes(machineOf(architecture));
}

/** One name for each machine with several names. */
const machineOf = (name: string) => SYNONYMS[name] ?? name;

const SYNONYMS: Readonly<Record<string, string>> = { i586: 'ix86', i686: 'ix86', amd64: 'x86_64', arm64: 'aarch64' };

/** The profiles by name; of several with one name the last one for this machine. */
function definedProfiles(image: XmlElement, architecture: string): Map<string, Profile> {
  const defined = new Map<string, Profile>();
  for (const list of childrenNamed(image, 'profiles')) {
    for (const element of childrenNamed(list, 'profile')) {
      const profile = profileOf(element, architecture);
      if (profile.forMachine || !defined.has(profile.name)) defined.set(profile.name, profile);
    }
  }
  return defined;
}

function profileOf(element: XmlElement, architecture: string): Profile {
  const requires = childrenNamed(element, 'requires')
    .filter((required) => isForMachine(required, architecture))
    .map((required) => {
      const { value, place } = required.attributes.get('profile')!;
      return { name: value, place };
    });
  return {
    name: requiredAttribute(element, 'name'),
    place: element.place,
    imported: bool.read(attributeOf(element, 'import') ?? 'false') ?? false,
    requires,
    forMachine: isForMachine(element, architecture),
  };
}

function profileMissing(
  name: string,
  profile: Profile | undefined,
  defined: ReadonlyMap<string, Profile>,
  architecture: string,
  place: Partial<Place>,
): InvalidInputError {
  const usable = [...defined.values()].filter(({ forMachine }) => forMachine).map((other) => other.name);
  const message = profile
    ? `The profile "${name}" does not exist for ${architecture}.`
    : `The description has no profile "${name}".`;
  return new InvalidInputError('description.profile', message, {
    ...(profile?.place ?? place),
    hint: `Defined profiles: ${usable.join(', ') || 'none'}.`,
  });
}
