// Addresses: `live.iso/LiveOS/squashfs.img/etc/os-release` is a path that goes on inside images. `#2`, or `::2` after a name, is
// the second partition, `#boot1` the first image of a boot catalog.

import { type ByteString, shownName } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';

/** The part after the name of the image file: partitions, boot images and paths. A path may go on in further images. */
export type AddressStep = { readonly partition: number } | { readonly boot: number } | { readonly path: ByteString };

/** An image file, and the way to something in it. */
export interface ImageAddress {
  /** The image file. */
  readonly file: ByteString;
  readonly steps: readonly AddressStep[];
}

/** `2`, `boot1`, with what may come after it. */
const SELECTOR = '(boot)?([1-9]\\d{0,8})(?=[!/]|::|$)';
const AT_SELECTOR = new RegExp(`^(?:!#|/+#|::)${SELECTOR}`);
/** `!/path` and `!#2`: the file before it is an image, whatever names there are. */
const MARK = new RegExp(`!(?=/|#${SELECTOR})`);
/** Where the name of a file may end. */
const ENDS = new RegExp(`/|!(?=/|#${SELECTOR})|::(?=${SELECTOR})`, 'g');

/** The kind of entry at a path: `other` for one that cannot be an image, such as a directory. */
export type KindOf = (path: ByteString) => 'file' | 'other' | undefined;

/** A path that leads to a file, and how it goes on. */
export interface Cut {
  readonly file: ByteString;
  readonly steps: readonly AddressStep[];
}

/** The longest part of a text that is the path of something, if that is a file. The text itself is not tried. */
export function cutAtFile(text: ByteString, kindOf: KindOf): Cut | undefined {
  const ends = [...text.matchAll(ENDS)].map(({ index }) => index).filter((end) => end > 0);
  for (const end of ends.reverse()) {
    const file = text.slice(0, end) as ByteString;
    const kind = kindOf(file);
    if (kind === 'other') return undefined;
    if (kind === 'file') return { file, steps: stepsOf(text.slice(end)) };
  }
  return undefined;
}

/**
 * Takes an address apart. The longest part that is the path of a file, as it is or as messages show it (`caf\xe9.iso`), is the
 * image. If there is none, the name ends at the first `!/` or `!#2`.
 */
export function parseAddress(text: ByteString, kindOf: KindOf): ImageAddress {
  for (const spelling of [text, shownName(text)]) {
    if (spelling === undefined || spelling === '') continue;
    if (kindOf(spelling) !== undefined) return { file: spelling, steps: [] };
    const cut = cutAtFile(spelling, kindOf);
    if (cut) return cut;
  }
  const end = text.search(MARK);
  if (text === '' || end === 0) {
    throw new InvalidInputError('image.bad-address', 'An address begins with the name of an image file.');
  }
  if (end < 0) return { file: text, steps: [] };
  return { file: text.slice(0, end) as ByteString, steps: stepsOf(text.slice(end)) };
}

/** The steps after a file: nothing, or a text that begins with `/`, `!/`, `!#` or `::`. */
function stepsOf(text: string): AddressStep[] {
  const steps: AddressStep[] = [];
  for (let rest = text; rest !== ''; ) {
    const selector = AT_SELECTOR.exec(rest);
    if (selector) {
      const number = Number(selector[2]);
      steps.push(selector[1] === undefined ? { partition: number } : { boot: number });
      rest = rest.slice(selector[0].length);
      continue;
    }
    const path = rest.replace(/^!/, '');
    const end = path.search(MARK);
    steps.push({ path: (end < 0 ? path : path.slice(0, end)) as ByteString });
    rest = end < 0 ? '' : path.slice(end);
  }
  return steps;
}
