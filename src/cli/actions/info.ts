// Runs `isopress info`: describes images.

import { EXIT, InvalidImageError, UnsupportedError, UsageError } from '../../errors.js';
import { ARCHIVE_KINDS, contained, type ImageFacts, inspectImage, openImage, WHOLE_IMAGE } from '../../image/index.js';
import type { Source, Spool } from '../../io/index.js';
import { containerReference } from '../../source/index.js';
import { hardLinkCounts, walk } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { pendingPage } from '../image-page.js';
import { damageNotes, infoHead, infoLines, type UnpackedFacts } from '../info-text.js';
import { type HostFile, withImage } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export interface InfoCommandOptions extends SessionOptions, Pick<ImageOptions, 'offset'> {
  readonly html?: string;
  readonly force?: boolean;
}

/** Reports the file systems, partitions, boot entries and tags of each image. */
export async function info(images: readonly string[], options: InfoCommandOptions): Promise<void> {
  if (options.html !== undefined && images.length > 1) {
    throw new UsageError('cli.one-page', 'A page is about one image.', { option: 'html' });
  }
  const session = openSession(options);
  try {
    const page = options.html === undefined ? undefined : pendingPage(options.html, options, session);
    await page?.check();
    for (const image of images) {
      const reference = containerReference(argumentBytes(image));
      if (reference) {
        const { describeContainer } = await import('../describe-container.js');
        const { report, lines } = await describeContainer(reference, shownArgument(image), options, session);
        session.result('info', report, lines);
        continue;
      }
      await withImage(image, options, async (source, spool, file) => {
        await describe(image, { source, spool, ...file }, options, session);
        await page?.write(image, source, spool);
      });
    }
  } finally {
    session.close();
  }
}

async function describe(
  name: string,
  { source, spool, unfinished }: HostFile & { readonly source: Source; readonly spool: Spool },
  options: InfoCommandOptions,
  session: Session,
): Promise<void> {
  const { image, forms, fault: formFault } = await withoutForms(source, spool, session);
  const facts = await inspectImage(image);
  const isKnown = facts.fileSystems.length > 0 || facts.partitions.length > 0;
  if (!isKnown) process.exitCode = EXIT.nothingToCheck;
  const { unpacked, fault = formFault } = options.json ? NOT_READ : await readEntries(image, facts, spool);
  const shown = infoLines(facts, unpacked);
  if (shown.length === 0) shown.push(`  ${await unknownKind(image)}, not an image this program knows`);
  for (const text of damageNotes(facts, fault === formFault ? undefined : fault)) session.note(text);
  const report = {
    image: shownArgument(name),
    ...(unfinished ? { unfinished } : {}),
    ...(forms.length > 0 ? { forms } : {}),
    ...facts,
  };
  session.result('info', report, [...infoHead(shownArgument(name), facts, { forms, unfinished, fault }), ...shown]);
}

/** A file in a damaged form, or one that is not read, is described as it is. */
async function withoutForms(source: Source, spool: Spool, { note }: Session) {
  try {
    return { ...(await contained(source, spool)), fault: undefined };
  } catch (error) {
    if (!(error instanceof InvalidImageError) && !(error instanceof UnsupportedError)) throw error;
    note(error.message);
    return { image: source, forms: [], fault: error instanceof InvalidImageError ? error : undefined };
  }
}

/** The facts that the entries of an image add to those of its head. */
interface EntryFacts {
  readonly unpacked?: UnpackedFacts;
  /** Why they cannot be read. */
  readonly fault?: InvalidImageError;
}

const NOT_READ: EntryFacts = {};
/** Images whose size says little about what is in them, or whose heads do not say where they end. */
const COUNTED = ['squashfs', 'erofs', ...ARCHIVE_KINDS];

/** Reads the entries of an image whose file system is compressed, or that is an archive. */
async function readEntries(image: Source, { fileSystems }: ImageFacts, spool: Spool): Promise<EntryFacts> {
  const isCounted = fileSystems.some(({ kind, where }) => where === WHOLE_IMAGE && COUNTED.includes(kind));
  if (!isCounted) return NOT_READ;
  try {
    const tree = await (await openImage(image, undefined, spool)).tree();
    const links = hardLinkCounts(tree);
    let [entries, bytes] = [0, 0];
    for (const { node } of walk(tree)) {
      entries++;
      if (node.kind === 'file') bytes += node.content.size / (links.get(node) ?? 1);
    }
    return { unpacked: { entries: entries - 1, bytes: Math.round(bytes) } };
  } catch (error) {
    if (error instanceof InvalidImageError) return { fault: error };
    if (error instanceof UnsupportedError) return NOT_READ;
    throw error;
  }
}

const HEAD = 4096;

/** A word for a file that nothing is known about. */
async function unknownKind(file: Source): Promise<string> {
  if (file.size === 0) return 'an empty file';
  const head = new Uint8Array(Math.min(HEAD, file.size));
  await file.read(0, head);
  if (head.every((byte) => byte === 0)) return 'zeros at its beginning';
  return head.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d)) ? 'text' : 'data of no known kind';
}
