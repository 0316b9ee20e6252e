// The JSON Schema of a matrix file, for editors: made of the options of `isopress build`.

import type { Option } from 'commander';

/** The schema; `options` by their names in a matrix. */
export function matrixSchema(options: ReadonlyMap<string, Option>): object {
  const text = { type: ['string', 'number', 'boolean'] };
  const values = { type: 'array', items: text, minItems: 1 };
  const named = { type: 'object', additionalProperties: text };
  const properties = [...options].map(([name, option]) => [
    name,
    { description: option.description, ...formOf(option) },
  ]);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'files/matrix.json',
    title: 'File of `isopress matrix`',
    type: 'object',
    properties: {
      name: { type: 'string', description: 'Template of the names of images, such as `{profile}-{compression}`.' },
      axes: {
        type: 'object',
        description: 'Values of options and of placeholders: every combination is an image.',
        additionalProperties: { ...values, uniqueItems: true },
      },
      include: {
        type: 'array',
        description: 'Values to add to the combinations that they do not contradict, or further images.',
        items: { type: 'object', additionalProperties: { anyOf: [text, values, named] } },
      },
      exclude: {
        type: 'array',
        description: 'Values of combinations to leave out.',
        items: named,
      },
      ...Object.fromEntries(properties),
    },
    additionalProperties: false,
  };
}

/** A switch, or a text, of which there may be several. */
function formOf(option: Option): object {
  if (!option.required && !option.optional) return { type: ['boolean', 'string'], enum: [true, false] };
  const one = option.argChoices ? { enum: [...option.argChoices] } : { type: ['string', 'number', 'boolean'] };
  if (option.argChoices) return one;
  const several = { type: 'array', items: { type: ['string', 'number'] } };
  const named = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } };
  return { anyOf: [one, several, named] };
}
