// Profiles: which are selected, what they require, and whether a section counts for them.

import { InvalidInputError } from '../../errors.js';
import { childrenNamed, nameList, requiredAttribute } from './elements.js';
import { bool } from './values.js';
import type { XmlElement } from './xml.js';

interface Profile {
  readonly name: string;
  readonly imported: boolean;
  readonly requires: readonly string[];
}

/**
 * The selected profiles with what they require, depth first, none twice. Without a selection those with `import="true"`.
 * Throws {@link InvalidInputError} `description.profile` for a name that is not defined.
 */
export function selectProfiles(image: XmlElement, requested: readonly string[]): string[] {
  const defined = definedProfiles(image);
  const start = requested.length > 0 ? requested : [...defined.values()].filter((p) => p.imported).map((p) => p.name);
  const selected = new Set<string>();
  const visit = (name: string) => {
    if (selected.has(name)) return;
    const profile = defined.get(name);
    if (!profile) {
      const known = [...defined.keys()].join(', ') || 'none';
      throw new InvalidInputError('description.profile', `The description has no profile "${name}".`, {
        path: image.place.path,
        hint: `Defined profiles: ${known}.`,
      });
    }
    selected.add(name);
    profile.requires.forEach(visit);
  };
  start.forEach(visit);
  return [...selected];
}

/** Whether an element with an optional `profiles` and `arch` attribute counts. */
export function counts(element: XmlElement, selected: readonly string[], architecture: string): boolean {
  const profiles = nameList(element.attributes.get('profiles')?.value);
  const architectures = nameList(element.attributes.get('arch')?.value);
  const byProfile = profiles.length === 0 || profiles.some((name) => selected.includes(name));
  return byProfile && (architectures.length === 0 || architectures.includes(architecture));
}

function definedProfiles(image: XmlElement): Map<string, Profile> {
  const defined = new Map<string, Profile>();
  for (const list of childrenNamed(image, 'profiles')) {
    for (const element of childrenNamed(list, 'profile')) {
      const name = requiredAttribute(element, 'name');
      const imported = element.attributes.get('import');
      const requires = childrenNamed(element, 'requires').map((r) => requiredAttribute(r, 'profile'));
      defined.set(name, { name, imported: bool.read(imported?.value ?? 'false') ?? false, requires });
    }
  }
  return defined;
}
