// The whole grammar of a description: a rule for every element, by name.

import type { XmlElement } from '../xml.js';
import { imageGrammar } from './image.js';
import { preparedGrammar } from './prepared.js';
import type { ElementRule, Grammar } from './rule.js';
import { diskType, liveType, otherType, typeGrammar } from './type.js';

/** The attributes of all image types. */
export const typeAttributeNames: readonly string[] = Object.keys(otherType.attributes);

export type { ChildRule, ElementRule } from './rule.js';
export { machineTable, sizeTable } from './type.js';

/** All elements except <type>, whose rule depends on its image. */
export const grammar: Grammar = { ...imageGrammar, ...preparedGrammar, ...typeGrammar };

/** The rule for an element that its parent may have. */
export function ruleOf(element: XmlElement): ElementRule {
  if (element.name === 'type') return ruleOfType(element.attributes.get('image')?.value);
  return grammar[element.name]!;
}

function ruleOfType(image: string | undefined): ElementRule {
  if (image === 'iso') return liveType;
  return image === 'oem' ? diskType : otherType;
}
