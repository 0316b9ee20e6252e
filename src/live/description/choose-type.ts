// Which <type> is built.

import { InvalidInputError } from '../../errors.js';
import { attributeOf, childrenNamed } from './elements.js';
import type { GenerationRules } from './generations.js';
import { bool } from './values.js';
import type { XmlElement } from './xml.js';

/** KIWI's name of the check for several types in question, as the runtime configuration spells it. */
export const TYPE_UNIQUE = 'check_image_type_unique';

/**
 * The type of a live ISO among those of the sections that count: the primary one, else the first. Throws
 * {@link InvalidInputError} when there is none; and unless `unchecked`, when several come into question.
 */
export function chooseType(
  sections: readonly XmlElement[],
  path: string,
  rules: GenerationRules,
  unchecked: boolean,
): XmlElement {
  const candidates = sections.flatMap((section) => childrenNamed(section, 'type'));
  const live = candidates.filter((type) => attributeOf(type, 'image') === 'iso');
  const chosen = live.find(isPrimary) ?? live[0];
  if (!chosen) {
    const others = candidates.map((type) => attributeOf(type, 'image')).join(', ') || 'none';
    throw new InvalidInputError('description.no-type', 'The applied profiles have no <type image="iso">.', {
      path,
      hint: `Types of the applied profiles: ${others}. Add one, or choose a profile that has one with --profile.`,
    });
  }
  const second = unchecked
    ? undefined
    : live.find((type) => type !== chosen && (rules.uniqueTypes || !isPrimary(chosen)));
  if (second) {
    const message = 'The applied profiles have several <type image="iso">.';
    const mark = rules.uniqueTypes ? '' : ', or mark one primary="true"';
    throw new InvalidInputError('description.type-twice', message, {
      ...second.place,
      hint: `Put each into a profile of its own and choose with --profile${mark}.`,
    });
  }
  return chosen;
}

function isPrimary(type: XmlElement): boolean {
  return bool.read((attributeOf(type, 'primary') ?? 'false').trim()) ?? false;
}
