// Turns the values of a matrix into arguments of `isopress build`.

import { type Command, InvalidArgumentError, type Option } from 'commander';
import { InvalidInputError } from '../../errors.js';
import type { MatrixFile, MatrixImage, MatrixValue } from '../../live/index.js';

/** Options of a build that a matrix cannot set: they change no image, or their names have another meaning in a matrix. */
export const NOT_OF_MATRIX: readonly string[] = [
  ...['help', 'plan', 'json', 'quiet', 'verbose', 'progress', 'jobs', 'force', 'exclude'],
];

/** The options that a matrix may set, by their names in it: `xattrs` for `--no-xattrs`. */
export function matrixOptions(build: Command): ReadonlyMap<string, Option> {
  const named = build.options.map((option) => [(option.long ?? '').replace(/^--(no-)?/, ''), option] as const);
  return new Map(named.filter(([name]) => name !== '' && !NOT_OF_MATRIX.includes(name)));
}

/**
 * Throws {@link InvalidInputError} `matrix.option` for a name that is neither an option nor used by a placeholder, so that no mistyped
 * option is ignored.
 */
export function checkNames(
  { options, axes, include, name = '', places }: MatrixFile,
  known: ReadonlySet<string>,
): void {
  const texts = [options, ...include].flatMap((values) => [...values.values()].flatMap(textsOf)).concat(name);
  const used = new Set(texts.flatMap((text) => [...text.matchAll(/\{([\w-]+)\}/g)].map(([, key]) => key!)));
  for (const key of [...options.keys(), ...axes.keys(), ...include.flatMap((entry) => [...entry.keys()])]) {
    if (known.has(key) || (used.has(key) && !options.has(key))) continue;
    const why = options.has(key) ? '' : `, and no text has a placeholder {${key}}`;
    throw new InvalidInputError('matrix.option', `${key} is not an option of isopress build${why}.`, {
      ...places.get(key),
      hint: 'isopress build --help lists the options; here they have no dashes before them.',
    });
  }
}

function textsOf(value: MatrixValue): readonly string[] {
  return typeof value === 'string' ? [value] : Object.values(value);
}

/**
 * The arguments after `build`, without target directory and caches, which the run adds. Throws {@link InvalidInputError} `matrix.value`
 * for a value that its option does not take.
 */
export function buildArguments(
  { values }: MatrixImage,
  options: ReadonlyMap<string, Option>,
  places: MatrixFile['places'],
): string[] {
  return [...values].flatMap(([key, value]) => {
    const option = options.get(key);
    if (!option || key === 'target-dir' || key === 'cache') return [];
    return textsOf(value).flatMap((text, index) => {
      const named = typeof value === 'object' && !Array.isArray(value) ? `${Object.keys(value)[index]}=${text}` : text;
      return argumentsOf(option, named, { key, place: places.get(key) });
    });
  });
}

interface Stated {
  readonly key: string;
  readonly place: ReturnType<MatrixFile['places']['get']>;
}

function argumentsOf(option: Option, text: string, { key, place }: Stated): string[] {
  const isSwitch = !option.required && !option.optional;
  if (!isSwitch) {
    const reason = refusal(option, text);
    if (reason === undefined) return [`${option.long}=${text}`];
    throw new InvalidInputError('matrix.value', `"${text}" is no value of ${key}.`, { ...place, hint: reason });
  }
  if (text !== 'true' && text !== 'false') {
    throw new InvalidInputError('matrix.value', `${key} is true or false, not "${text}".`, place);
  }
  return (text === 'true') !== option.negate ? [option.long!] : [];
}

/** Why the option does not take this value, in the words of its parser. */
function refusal({ parseArg, defaultValue }: Option, text: string): string | undefined {
  try {
    parseArg?.(text, defaultValue);
  } catch (error) {
    if (error instanceof InvalidArgumentError) return error.message;
    throw error;
  }
  return undefined;
}
