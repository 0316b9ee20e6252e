// Expands a matrix into its images: all combinations of axis values without the excluded ones, extended by `include`.

import { InvalidInputError } from '../../errors.js';
import type { MatrixFile, MatrixValue, MatrixValues } from './read.js';

/** One image of a matrix. */
export interface MatrixImage {
  /** From 0, in the order of the axes. */
  readonly index: number;
  /** A name of a directory: letters, digits, `.`, `_`, `+` and `-`. */
  readonly name: string;
  /** Options and other values, with placeholders replaced. */
  readonly values: MatrixValues;
}

/** Most images of one matrix. */
const MOST = 100_000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,199}$/;
const PLACEHOLDER = /\{([A-Za-z0-9_-]+)\}/g;

type Combination = ReadonlyMap<string, MatrixValue>;

/** The images. Throws {@link InvalidInputError} `matrix.name` if two would have one name, `matrix.template` for unknown placeholders. */
export function expandMatrix(file: MatrixFile): MatrixImage[] {
  const combinations = included(file, product(file));
  const all = combinations.length > 0 || file.axes.size > 0 || file.include.length > 0 ? combinations : [new Map()];
  const names = new Map<string, number>();
  return all.map((combination, index) => {
    const values = new Map<string, MatrixValue>([...file.options, ...combination]);
    const filled = new Map([...values].map(([key, value]) => [key, fill(value, values, file)]));
    const name = nameOf(file, combination, filled, index);
    const other = names.get(name);
    if (other !== undefined) {
      const message = `The images ${other} and ${index} both have the name ${name}.`;
      throw new InvalidInputError('matrix.name', message, {
        path: file.path,
        hint: 'State a name with a placeholder for every axis: name: "{profile}-{compression}".',
      });
    }
    names.set(name, index);
    return { index, name, values: filled };
  });
}

/** All combinations without the excluded ones; the last axis changes fastest. */
function product({ axes, exclude, path }: MatrixFile): Combination[] {
  let combinations: Combination[] = axes.size === 0 ? [] : [new Map()];
  for (const [key, values] of axes) {
    if (combinations.length * values.length > MOST) {
      throw new InvalidInputError('matrix.size', `The matrix has more than ${MOST} images.`, { path });
    }
    combinations = combinations.flatMap((before) => values.map((value) => new Map([...before, [key, value]])));
  }
  return combinations.filter((combination) => !exclude.some((entry) => matches(entry, combination)));
}

function matches(entry: ReadonlyMap<string, MatrixValue>, combination: Combination): boolean {
  return [...entry].every(([key, value]) => combination.get(key) === value);
}

/**
 * An entry of `include` adds its values to every combination whose axes it does not contradict; if there is none, it is an image by
 * itself. Values that an earlier entry added may change, those of axes never.
 */
function included({ axes, include }: MatrixFile, combinations: Combination[]): Combination[] {
  const extended = combinations.map((original) => new Map(original));
  const separate: Combination[] = [];
  for (const entry of include) {
    const onAxes = new Map([...entry].filter(([key]) => axes.has(key)));
    const fitting = extended.filter((_, index) => matches(onAxes, combinations[index]!));
    for (const combination of fitting) for (const [key, value] of entry) combination.set(key, value);
    if (fitting.length === 0) separate.push(entry);
  }
  return [...extended, ...separate];
}

function nameOf(file: MatrixFile, combination: Combination, values: MatrixValues, index: number): string {
  const usual = () => [...file.axes.keys()].map((axis) => combination.get(axis) ?? '').join('-');
  const given = file.name === undefined ? usual() : (fill(file.name, values, file) as string);
  const name = given.replace(/[^A-Za-z0-9._+-]+/g, '-').replace(/^-|-$/g, '') || `image-${index}`;
  if (NAME.test(name)) return name;
  throw new InvalidInputError('matrix.name', `"${given}" cannot be the name of an image.`, {
    path: file.path,
    hint: 'It becomes the name of a directory: it begins with a letter or a digit.',
  });
}

/** The value with placeholders, such as `roots/{profile}`, replaced by other values. */
function fill(value: MatrixValue, values: MatrixValues, { path, places }: MatrixFile): MatrixValue {
  const text = (template: string) =>
    template.replace(PLACEHOLDER, (_, key: string) => {
      const found = values.get(key);
      if (typeof found === 'string' && found.search(PLACEHOLDER) < 0) return found;
      throw new InvalidInputError('matrix.template', `{${key}} has no value here that is a plain text.`, {
        ...(places.get(key) ?? { path }),
        hint: `State an axis or an option ${key}.`,
      });
    });
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map(text);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, text(inner)]));
}
