// Names of bundled results: the id after the version, or a pattern of the description.

import { basename } from 'node:path';
import { InvalidInputError } from '../../errors.js';
import { pathComponent } from '../files/path-component.js';
import { type BundleFormat, type BundleTags, type Results, tagsOf } from '../result/record.js';

/** Gives each file of a result its name in the bundle. */
export type BundleNames = (fileName: string) => string;

const TAG = /%([A-Za-z%])/g;

/**
 * `NAME.ARCH-VERSION.EXT` becomes `NAME.ARCH-VERSION-ID.EXT`, or with a pattern its value and the extension. Throws
 * {@link InvalidInputError} `bundle.format` for an unknown letter,
 * and `live.path-component` for a value or a name that could lead out of the bundle's directory.
 */
export function bundleNames(results: Results, id: string, pattern: string | undefined): BundleNames {
  const image = basename(results.live_image?.filename ?? '');
  const base = image.replace(/\.[^.]*$/, '');
  const format: BundleFormat | undefined =
    pattern === undefined ? results.bundle_format : { pattern, tags: results.bundle_format?.tags ?? tagsOfName(base) };
  const bundled = format ? render(format, id) : `${base}-${id}`;
  return (fileName) => {
    const name = bundled + (fileName.startsWith(base) ? fileName.slice(base.length) : `.${fileName}`);
    return pathComponent(name, { what: 'The name in the bundle' });
  };
}

/** Throws the errors that a bundle with this pattern and these tags would have with any id. */
export function checkBundleFormat(format: BundleFormat): void {
  pathComponent(render(format, '0'), { what: 'bundle_format gives the name' });
}

function render({ pattern, tags }: BundleFormat, id: string): string {
  return pattern.replace(TAG, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter === 'I') return id;
    const value = Object.hasOwn(tags, letter) ? tags[letter as keyof BundleTags] : undefined;
    if (value === '') return '';
    if (value !== undefined) return pathComponent(value, { what: `The value of %${letter} in a name` });
    throw new InvalidInputError('bundle.format', `%${letter} has no meaning in the name "${pattern}".`, {
      hint: 'Known are %N name, %P profiles, %A architecture, %I id, %T type, %M %m %p parts of the version, %v version.',
    });
  });
}

/** The parts of a file name, for a record without tags. */
function tagsOfName(base: string): BundleTags {
  const [, name = base, machine = '', version = ''] = /^(.+)\.([^.-]+)-([^-]+)$/.exec(base) ?? [];
  return tagsOf(name, machine, version, []);
}
