// Text with placeholders, as Python's string.Template reads it: `$name` and `${name}` are replaced, `$$` is a dollar.

import { InvalidInputError } from '../../errors.js';

const PLACEHOLDER = /\$(?:(\$)|([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)\}|)/g;

/**
 * Replaces all placeholders. Throws {@link InvalidInputError} `live.template` with line and column for a name that has no
 * value, and for a dollar that starts nothing. `path` is for messages. `written` spells a value in the language of the text;
 * its arguments are the value and the text between the previous value and this one.
 */
export function substitute(
  text: string,
  values: Readonly<Record<string, string>>,
  path: string,
  written: (value: string, before: string) => string = (value) => value,
): string {
  let passed = 0;
  return text.replace(PLACEHOLDER, (whole, dollar?: string, bare?: string, braced?: string, at = 0) => {
    if (dollar !== undefined) return '$';
    const name = bare ?? braced;
    if (name !== undefined && Object.hasOwn(values, name)) {
      const before = text.slice(passed, at);
      passed = at + whole.length;
      return written(values[name]!, before);
    }
    const before = text.slice(0, at).split('\n');
    const place = { path, line: before.length, column: before.at(-1)!.length + 1 };
    if (name === undefined) {
      throw new InvalidInputError('live.template', 'A "$" of the template starts no placeholder.', {
        ...place,
        hint: 'Write $$ for a dollar.',
      });
    }
    throw new InvalidInputError('live.template', `The template asks for ${whole}, which has no value.`, {
      ...place,
      hint: `Known are ${Object.keys(values).sort().join(', ')}. Write $$ for a dollar.`,
    });
  });
}
