// Files that hold an image in another form: compressed, as the disk of a virtual machine, as a package, or without its unused blocks.

import { SIGNATURE_LENGTH, type StreamFormat, streamFormat } from '../bytes/index.js';
import { UNPACK_LIMIT, unpackStream } from '../compress/index.js';
import { isAndroidSparse, openAndroidSparse } from '../format/android-sparse/index.js';
import { isQcow2, openQcow2 } from '../format/qcow2/index.js';
import { isRpm, openRpm, withStatedOwners } from '../format/rpm/index.js';
import { asBytes, quietRun, type Source, type Spool } from '../io/index.js';
import type { FileTree } from '../tree/index.js';

/** The forms besides compression. */
export const FORM_TITLES = 'RPM packages and QCOW2 and Android sparse disk images';
/** Forms in forms. */
const DEEPEST = 4;

/** An image, and the forms that it was in, from the outside. */
export interface Contained {
  readonly image: Source;
  /** With their articles: `a QCOW2 disk image`, `gzip-compressed data`. */
  readonly forms: readonly string[];
  /** Undefined: the image has all of its files' metadata itself. */
  readonly restate?: Restatement;
}

/** Gives the tree of an image the metadata that the form around it has. */
export type Restatement = (tree: FileTree, note: (text: string) => void) => Promise<FileTree>;

/** One step inwards. */
interface Form extends Pick<Contained, 'image' | 'restate'> {
  readonly form: string;
}

/**
 * The image in a file, whatever forms it is in; the file itself if it is in none. A compressed one is unpacked to the spool, if there
 * is one, and is otherwise left as it is. Throws
 * {@link InvalidImageError} for a damaged form, {@link UnsupportedError} for one that is not read.
 */
export async function contained(file: Source, spool: Spool | undefined): Promise<Contained> {
  const forms: string[] = [];
  let image = file;
  let restate: Restatement | undefined;
  while (forms.length < DEEPEST) {
    const next = await oneForm(image, spool);
    if (!next) break;
    forms.push(next.form);
    image = next.image;
    restate = next.restate ?? restate;
  }
  return { image, forms, ...(restate ? { restate } : {}) };
}

async function oneForm(file: Source, spool: Spool | undefined): Promise<Form | undefined> {
  if (await isQcow2(file)) return { form: 'a QCOW2 disk image', image: await openQcow2(file) };
  if (await isAndroidSparse(file)) return { form: 'an Android sparse image', image: await openAndroidSparse(file) };
  if (await isRpm(file)) {
    const { payload, files } = await openRpm(file);
    const restate: Restatement = async (tree, note) => withStatedOwners(tree, await files(), note);
    return { form: 'an RPM package', image: payload, restate };
  }
  const format = spool ? await compressionOf(file) : 'none';
  if (!spool || format === 'none') return undefined;
  const image = await spool.keep(file, () => unpackStream(format, asBytes(file.pieces(quietRun())), UNPACK_LIMIT));
  return { form: `${format}-compressed data`, image };
}

async function compressionOf(file: Source): Promise<StreamFormat> {
  const head = new Uint8Array(Math.min(SIGNATURE_LENGTH, file.size));
  await file.read(0, head);
  return streamFormat(head);
}
