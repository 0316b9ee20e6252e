// Names of bundled results: the id behind the version, or a pattern of the description.

import { InvalidInputError } from '../../errors.js';
import { type BundleFormat, type BundleTags, type Results, tagsOf } from '../result/index.js';

/** Gives each file of a result its name in the bundle. */
export type BundleNames = (fileName: string) => string;

const TAG = /%([A-Za-z%])/g;

/**
 * `NAME.ARCH-VERSION.EXT` becomes `NAME.ARCH-VERSION-ID.EXT`, or with a pattern what it gives, and the extension. Throws
 * {@link InvalidInputError} `bundle.format` for a letter that stands for nothing, or a name that is none.
 */
export function bundleNames(results: Results, id: string, pattern: string | undefined): BundleNames {
  const image = results.live_image?.filename.split('/').at(-1) ?? '';
  const base = image.replace(/\.[^.]*$/, '');
  const format: BundleFormat | undefined =
    pattern === undefined ? results.bundle_format : { pattern, tags: results.bundle_format?.tags ?? tagsOfName(base) };
  const bundled = format ? render(format, id) : `${base}-${id}`;
  if (/[/\0]/.test(bundled) || bundled === '') {
    throw new InvalidInputError('bundle.format', `"${bundled}" cannot be the name of a file.`);
  }
  return (fileName) => bundled + (fileName.startsWith(base) ? fileName.slice(base.length) : `.${fileName}`);
}

function render({ pattern, tags }: BundleFormat, id: string): string {
  return pattern.replace(TAG, (_, letter: string) => {
    if (letter === '%') return '%';
    if (letter === 'I') return id;
    if (Object.hasOwn(tags, letter)) return tags[letter as keyof BundleTags];
    throw new InvalidInputError('bundle.format', `%${letter} stands for nothing in the name "${pattern}".`, {
      hint: 'Known are %N name, %P profiles, %A architecture, %I id, %T type, %M %m %p parts of the version, %v version.',
    });
  });
}

/** What a file name itself tells, where the record has no tags. */
function tagsOfName(base: string): BundleTags {
  const [, name = base, machine = '', version = ''] = /^(.+)\.([^.-]+)-([^-]+)$/.exec(base) ?? [];
  return tagsOf(name, machine, version, []);
}
