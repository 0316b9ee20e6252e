// Messages about unknown attributes and elements: the probable spelling, and the generations that know them.

import { InvalidInputError, type Message, option, type Wording, wording } from '../../errors.js';
import { type Generation, type GenerationRules, rulesOf, type Span } from './generations.js';
import { closestNames, nearest } from './nearest.js';
import type { Place, XmlElement } from './xml.js';

/** A hint lists this many names in full; of more it lists the closest ones. */
const MOST_NAMES = 20;
const CLOSEST = 6;

/** An attribute that the generation does not know; `span` are the generations that do, `known` the known attributes. */
export function unknownAttribute(
  owner: string,
  name: string,
  place: Partial<Place>,
  span: Span | undefined,
  known: readonly string[],
  rules: GenerationRules,
): InvalidInputError {
  const message = `${owner} has no attribute "${name}"${whenKnown(span, rules)}.`;
  return new InvalidInputError('description.unknown-attribute', message, {
    ...place,
    hint: remedy(name, span, known, 'It has no attributes.'),
  });
}

/** The same for a child element. */
export function unknownChild(
  parent: XmlElement,
  child: XmlElement,
  span: Span | undefined,
  known: readonly string[],
  rules: GenerationRules,
): InvalidInputError {
  const message = `<${parent.name}> cannot contain <${child.name}>${whenKnown(span, rules)}.`;
  return new InvalidInputError('description.unknown-element', message, {
    ...child.place,
    hint: remedy(child.name, span, known, 'It contains no elements.'),
  });
}

/** An attribute that the schema has only for other image types. */
export function foreignAttribute(owner: string, name: string, place: Partial<Place>, hint: Message): InvalidInputError {
  const message = `${owner} has no attribute "${name}" for image="iso"; it belongs to other image types.`;
  return new InvalidInputError('description.other-type', message, { ...place, hint });
}

/** The advice for a word that only a newer generation knows: its releases also read older documents. */
export function readAs(name: Generation): Wording {
  return wording`A newer KIWI knows it: ${option('generation', name)} reads the description as that does.`;
}

function remedy(name: string, span: Span | undefined, known: readonly string[], none: string): Message {
  if (span?.since) return readAs(span.since);
  // Namespace declarations are for editors; nobody means them by a mistyped name.
  const names = known.filter((other) => !other.includes(':')).sort();
  if (names.length === 0) return none;
  const guess = nearest(name, names);
  const listed =
    names.length > MOST_NAMES
      ? `Closest of ${names.length} known names: ${closestNames(name, names, CLOSEST).join(', ')}.`
      : `Known names: ${names.join(', ')}.`;
  return `${guess === undefined ? '' : `Did you mean ${guess}? `}${listed}`;
}

function whenKnown(span: Span | undefined, { name, schemas }: GenerationRules): string {
  if (!span) return '';
  const since = span.since && rulesOf(span.since);
  // For newer words of the same schema version the release is named instead.
  if (since && since.schemas[1] === schemas[1]) return ` in ${name}; it exists from ${since.name} on`;
  const here = ` in schema versions ${schemas.join(' to ')}`;
  if (since) return `${here}; it exists from ${since.schemas[0]} on`;
  return span.until ? `${here}; it existed up to ${rulesOf(span.until).schemas[1]}` : here;
}
