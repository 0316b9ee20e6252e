// Reads the file of a matrix: options of a build by their long names, and axes whose combinations are the images.

import { readFile } from 'node:fs/promises';
import { fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import { isMap, isScalar, isSeq, type Node, parseBoundedYaml } from '../yaml/parse-bounded.js';
import type { TextPlace } from '../yaml/place.js';

/** The value of an option: text, a list of texts, or texts by name. */
export type MatrixValue = string | readonly string[] | { readonly [name: string]: string };

/** Values by the names of options and axes. */
export type MatrixValues = ReadonlyMap<string, MatrixValue>;

/** A matrix as its file states it. */
export interface MatrixFile {
  readonly path: string;
  /** Template of the names of images. If undefined, names are made of the values of the axes. */
  readonly name: string | undefined;
  /** Options of every image. */
  readonly options: MatrixValues;
  readonly axes: ReadonlyMap<string, readonly string[]>;
  readonly include: readonly ReadonlyMap<string, MatrixValue>[];
  readonly exclude: readonly ReadonlyMap<string, string>[];
  /** The place of each option and axis in the file, for errors. */
  readonly places: ReadonlyMap<string, TextPlace>;
}

/** Most characters of a file, and deepest nesting. */
const LARGEST = 1024 * 1024;
const DEEPEST = 16;

/** Reads the file. Throws {@link InvalidInputError} `matrix.format` with the place of the first fault. */
export async function readMatrix(path: string): Promise<MatrixFile> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw sourceError(fromText(path), error);
  });
  return parseMatrix(text, path);
}

/** Like {@link readMatrix}, for the text of a file. */
export function parseMatrix(text: string, path: string): MatrixFile {
  const { root, placeOf } = parseBoundedYaml(text, { path, largest: LARGEST, deepest: DEEPEST, fail: badFormat });
  return new MatrixReader(path, placeOf).read(root);
}

function badFormat(message: string, place: TextPlace): InvalidInputError {
  return new InvalidInputError('matrix.format', message, place);
}

class MatrixReader {
  readonly #path: string;
  readonly #placeOf: (node: unknown) => TextPlace;
  readonly #places = new Map<string, TextPlace>();

  constructor(path: string, placeOf: (node: unknown) => TextPlace) {
    this.#path = path;
    this.#placeOf = placeOf;
  }

  read(root: Node | null): MatrixFile {
    const options = new Map<string, MatrixValue>();
    const own: Record<'axes' | 'include' | 'exclude', Node | null> = { axes: null, include: null, exclude: null };
    let name: string | undefined;
    for (const [key, value, place] of this.#pairs(root, 'A matrix')) {
      if (key === 'axes' || key === 'include' || key === 'exclude') own[key] = value;
      else if (key === 'name') name = this.#text(value, 'name');
      else {
        options.set(key, this.#value(value, key));
        this.#places.set(key, place);
      }
    }
    const axes = new Map<string, readonly string[]>();
    for (const [key, value, place] of own.axes ? this.#pairs(own.axes, 'axes') : []) {
      axes.set(key, this.#axis(value, key));
      this.#places.set(key, place);
    }
    const include = this.#entries(own.include, 'include', (value, key) => this.#value(value, key));
    const exclude = this.#entries(own.exclude, 'exclude', (value, key) => this.#text(value, key));
    for (const entry of exclude) {
      for (const key of entry.keys())
        if (!axes.has(key)) throw this.#fail(own.exclude, `exclude: ${key} is not an axis.`);
    }
    return { path: this.#path, name, options, axes, include, exclude, places: this.#places };
  }

  #axis(node: Node | null, key: string): readonly string[] {
    const values = isSeq(node) ? node.items.map((item) => this.#text(item as Node, key)) : [];
    if (values.length === 0) throw this.#fail(node, `The axis ${key} is a list of values.`);
    const twice = values.find((value, index) => values.indexOf(value) !== index);
    if (twice !== undefined) throw this.#fail(node, `The axis ${key} has the value ${twice} twice.`);
    return values;
  }

  #entries<T>(node: Node | null, what: string, read: (value: Node | null, key: string) => T): Map<string, T>[] {
    if (node === null) return [];
    if (!isSeq(node)) throw this.#fail(node, `${what} is a list of mappings.`);
    return node.items.map((item) => {
      const pairs = this.#pairs(item as Node | null, `An entry of ${what}`);
      for (const [key, , place] of pairs) if (!this.#places.has(key)) this.#places.set(key, place);
      return new Map(pairs.map(([key, value]) => [key, read(value, key)]));
    });
  }

  #value(node: Node | null, key: string): MatrixValue {
    if (isSeq(node)) return node.items.map((item) => this.#text(item as Node, key));
    if (!isMap(node)) return this.#text(node, key);
    return Object.fromEntries(this.#pairs(node, key).map(([name, value]) => [name, this.#text(value, key)]));
  }

  #text(node: Node | null, key: string): string {
    if (isScalar(node) && typeof node.value === 'string' && node.value !== '') return node.value;
    throw this.#fail(node, `${key} needs a text, a number, true or false.`);
  }

  #pairs(node: Node | null, what: string): [string, Node | null, TextPlace][] {
    if (!isMap(node)) throw this.#fail(node, `${what} is a mapping.`);
    return node.items.map(({ key, value }) => [
      this.#text(key as Node | null, 'A key'),
      value as Node | null,
      this.#placeOf(key),
    ]);
  }

  #fail(node: Node | null, message: string): InvalidInputError {
    return badFormat(message, this.#placeOf(node));
  }
}
