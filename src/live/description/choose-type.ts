// Which <type> is built.

import { InvalidInputError, option, wording } from '../../errors.js';
import { attributeOf, childrenNamed } from './elements.js';
import type { GenerationRules } from './generations.js';
import { counts, type Selection } from './profiles.js';
import { bool, nameList } from './values.js';
import type { XmlElement } from './xml.js';

/** KIWI's name of the check for several candidate types, as the runtime configuration spells it. */
export const TYPE_UNIQUE = 'check_image_type_unique';

/**
 * The type of a live ISO among those of the sections in use: the primary one, otherwise the first. Throws
 * {@link InvalidInputError} if there is none, and unless `unchecked` if there are several candidates.
 */
export function chooseType(
  image: XmlElement,
  selection: Selection,
  rules: GenerationRules,
  unchecked: boolean,
): XmlElement {
  const sections = childrenNamed(image, 'preferences').filter((section) => counts(section, selection));
  const live = liveTypes(sections);
  const chosen = live.find(isPrimary) ?? live[0];
  if (!chosen) throw typeMissing(image, sections);
  const isRival = (type: XmlElement) => type !== chosen && (rules.uniqueTypes || !isPrimary(chosen));
  const rival = unchecked ? undefined : live.find(isRival);
  if (!rival) return chosen;
  const mark = rules.uniqueTypes ? '' : ', or mark one primary="true"';
  throw new InvalidInputError('description.type-twice', 'The applied profiles have several <type image="iso">.', {
    ...rival.place,
    hint: wording`Put each into a separate profile and choose with ${option('profiles')}${mark}.`,
  });
}

function liveTypes(sections: readonly XmlElement[]): XmlElement[] {
  const types = sections.flatMap((section) => childrenNamed(section, 'type'));
  return types.filter((type) => attributeOf(type, 'image') === 'iso');
}

function typeMissing(image: XmlElement, applied: readonly XmlElement[]): InvalidInputError {
  const others = applied.flatMap((section) => childrenNamed(section, 'type').map((type) => attributeOf(type, 'image')));
  const elsewhere = childrenNamed(image, 'preferences').filter((section) => liveTypes([section]).length > 0);
  const profiles = elsewhere.flatMap((section) => nameList.read(attributeOf(section, 'profiles') ?? '') ?? []);
  const remedy =
    profiles.length > 0
      ? wording`Choose with ${option('profiles')} one of ${[...new Set(profiles)].join(', ')}.`
      : 'Add one.';
  return new InvalidInputError('description.no-type', 'The applied profiles have no <type image="iso">.', {
    ...image.place,
    hint: wording`Types of the applied profiles: ${others.join(', ') || 'none'}. ${remedy}`,
  });
}

function isPrimary(type: XmlElement): boolean {
  return bool.read((attributeOf(type, 'primary') ?? 'false').trim()) ?? false;
}
