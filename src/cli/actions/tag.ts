// Runs `isopress tag`: media-check tags of an ISO.

import { writeFileSync } from 'node:fs';
import { defined, displayText } from '../../bytes/index.js';
import { EXIT, InvalidImageError, UsageError } from '../../errors.js';
import {
  type PartitionExtent,
  readSignature,
  readTags,
  removeTags,
  signaturePatch,
  signedBytes,
  tagSeal,
  type WrittenTagStyle,
} from '../../format/checkmedia/index.js';
import {
  type DigestName,
  openFileSource,
  type Patch,
  patchFile,
  refuseUnfinished,
  type Seal,
  type Source,
} from '../../io/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { readInput } from '../input.js';
import { withImage } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export interface TagCommandOptions extends SessionOptions, Pick<ImageOptions, 'offset'> {
  readonly style: WrittenTagStyle;
  readonly digest?: readonly DigestName[];
  readonly pad?: number;
  readonly check?: boolean;
  readonly partition?: 'auto' | 'none' | PartitionExtent;
  readonly fragments?: number;
  readonly skip?: number;
  readonly supported?: boolean;
  readonly importSignature?: string;
  readonly exportSignature?: string;
  readonly exportTags?: string;
  readonly show?: boolean;
  readonly clean?: boolean;
}

/** Adds, shows, exports or removes tags. */
export async function tagImage(image: string, options: TagCommandOptions): Promise<void> {
  const session = openSession(options);
  if (isReading(options)) {
    try {
      return await withImage(image, { ...options, note: session.note }, (source) =>
        readOnly(shownArgument(image), source, options, session),
      );
    } finally {
      session.close();
    }
  }
  if (options.offset !== undefined) {
    throw new UsageError('checkmedia.offset', 'Tags are written into an image that is a whole file.', {
      option: 'offset',
      hint: 'It goes with --show, --export-tags and --export-signature.',
    });
  }
  const path = argumentBytes(image);
  const name = displayText(path);
  // Before all of it is read.
  await refuseUnfinished(path);
  const source = await openFileSource(path);
  try {
    await patchFile(path, await patchesOf(source, options, session));
    if (options.clean) session.result('tag', { image: name, style: 'none', tags: [] }, ['no tags']);
    else await show(name, source, session);
  } finally {
    await source.close();
    session.close();
  }
}

function isReading({ show, exportTags, exportSignature }: TagCommandOptions): boolean {
  return show === true || exportTags !== undefined || exportSignature !== undefined;
}

async function readOnly(name: string, source: Source, options: TagCommandOptions, session: Session): Promise<void> {
  const file = options.exportTags ?? options.exportSignature;
  if (file === undefined) return show(name, source, session);
  const bytes = await (options.exportTags === undefined ? signatureOf(source) : signedBytes(source));
  writeFileSync(file, bytes);
  const exported = { file, size: bytes.length };
  session.result('tag', { image: name, ...(await readTags(source)), exported }, []);
}

async function show(image: string, source: Source, session: Session): Promise<void> {
  const { style, tags } = await readTags(source);
  if (tags.length === 0) process.exitCode = EXIT.nothingToCheck;
  const lines = tags.map(({ key, value }) => (value === undefined ? key : `${key} = ${value}`));
  session.result('tag', { image, style, tags }, lines.length > 0 ? lines : ['no tags']);
}

async function patchesOf(source: Source, options: TagCommandOptions, session: Session): Promise<readonly Patch[]> {
  if (options.clean) return removeTags(source);
  if (options.importSignature !== undefined) return [await signaturePatch(source, readInput(options.importSignature))];
  return sealOf(options).seal(source, session.run);
}

function sealOf({
  style,
  digest: digests,
  pad,
  skip,
  check,
  partition,
  supported,
  fragments,
}: TagCommandOptions): Seal {
  return tagSeal({
    style,
    ...defined({ digests, pad, skip, check, partition, supported, fragments }),
  });
}

async function signatureOf(source: Source): Promise<Uint8Array> {
  const signature = await readSignature(source);
  if (signature) return signature;
  throw new InvalidImageError('checkmedia.not-signed', 'The image carries no signature.');
}
