// Checks a whole document against the grammar, including sections that are not used: a typing mistake must not silently
// change a medium, in any profile.

import { InvalidInputError, UnsupportedError } from '../../errors.js';
import { requiredAttribute } from './elements.js';
import { covers, type Generation, type GenerationRules, isOlder } from './generations.js';
import { type ElementRule, ruleOf } from './grammar/index.js';
import { givenOf, readValue, readValues } from './rows.js';
import { foreignAttribute, unknownAttribute, unknownChild } from './unknown.js';
import type { XmlElement } from './xml.js';

/** Throws {@link InvalidInputError} for the first error, in document order. */
export function checkElement(element: XmlElement, rules: GenerationRules): void {
  const rule = ruleOf(element);
  const tag = `<${element.name}>`;
  checkForeign(element, rule);
  readValues(rule.attributes, givenOf(element), tag, rules);
  for (const [name, row] of Object.entries(rule.attributes)) {
    if (row.required && covers(row, rules) && covers(row.required, rules)) requiredAttribute(element, name);
  }
  if (rule.opaque) {
    if (rule.later) checkLater(element, rule.later, rules);
    return;
  }
  checkText(element, rules);
  const seen = new Set<string>();
  for (const child of element.children) {
    if (child.name.endsWith(':include'))
      throw refusedChild(child, 'files are included by <include from="this://FILE"/>');
    const known = Object.hasOwn(rule.children, child.name) ? rule.children[child.name] : undefined;
    if (!known || !covers(known, rules)) {
      const names = Object.entries(rule.children).filter(([, other]) => covers(other, rules));
      throw unknownChild(
        element,
        child,
        known,
        names.map(([name]) => name),
        rules,
      );
    }
    if (!known.many && seen.has(child.name)) {
      const message = `${tag} contains <${child.name}> more than once.`;
      throw new InvalidInputError('description.element-twice', message, { ...child.place, hint: 'Leave one of them.' });
    }
    seen.add(child.name);
    if (known.refused) throw refusedChild(child, known.refused);
    checkElement(child, rules);
  }
  for (const [name, child] of Object.entries(rule.children)) {
    if (child.required && !seen.has(name)) throw childMissing(element, name);
  }
}

/** Searches the content of an opaque element for words newer than the generation. */
function checkLater(parent: XmlElement, later: Readonly<Record<string, Generation>>, rules: GenerationRules): void {
  const isLater = (word: string) => Object.hasOwn(later, word) && isOlder(rules.name, later[word]!);
  for (const child of parent.children) {
    if (isLater(child.name)) throw unknownChild(parent, child, { since: later[child.name]! }, [], rules);
    for (const { name, place } of child.attributes.values()) {
      const word = `${child.name} ${name}`;
      if (isLater(word)) throw unknownAttribute(`<${child.name}>`, name, place, { since: later[word]! }, [], rules);
    }
    checkLater(child, later, rules);
  }
}

/** Attributes that the schema has for other image types: the message says so, instead of calling them unknown. */
function checkForeign(element: XmlElement, { attributes, foreign = [] }: ElementRule): void {
  for (const { name, place } of element.attributes.values()) {
    if (Object.hasOwn(attributes, name) || !foreign.includes(name)) continue;
    throw foreignAttribute(`<${element.name}>`, name, place, 'Take it out.');
  }
}

function checkText(element: XmlElement, rules: GenerationRules): void {
  const { text } = ruleOf(element);
  if (text) {
    readValue(text, { value: element.text, place: element.place }, `<${element.name}> `, rules);
  } else if (element.text !== '') {
    const shown = element.text.length > 40 ? `${element.text.slice(0, 40)}…` : element.text;
    throw new InvalidInputError('description.text', `<${element.name}> cannot contain text: "${shown}".`, {
      ...element.place,
      hint: 'Take the text out, or put it into the element that it belongs to.',
    });
  }
}

function childMissing({ name, place }: XmlElement, child: string): InvalidInputError {
  const message = `<${name}> lacks the element <${child}>.`;
  return new InvalidInputError('description.missing-element', message, { ...place, hint: `Add <${child}> to it.` });
}

function refusedChild(child: XmlElement, because: string): UnsupportedError {
  const message = `<${child.name}> is not supported: ${because}.`;
  return new UnsupportedError('description.unsupported', message, {
    ...child.place,
    hint: 'Put its content into the description itself.',
  });
}
