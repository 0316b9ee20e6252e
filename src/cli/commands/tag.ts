// isopress tag IMAGE

import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { defined, displayText } from '../../bytes/index.js';
import { EXIT, InvalidImageError } from '../../errors.js';
import {
  type PartitionExtent,
  readSignature,
  readTags,
  removeTags,
  signaturePatch,
  signedBytes,
  TAG_STYLES,
  tagSeal,
  type WrittenTagStyle,
} from '../../format/checkmedia/index.js';
import { type DigestName, openFileSource, type Patch, patchFile, type Seal, type Source } from '../../io/index.js';
import { argumentBytes } from '../argument-bytes.js';
import { withExamples } from '../examples.js';
import { readInput } from '../input.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { tagDigestOption } from '../tag-options.js';
import { parseInteger } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

interface Options extends SessionOptions {
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

/** Actions that exclude each other. */
const ACTIONS = ['show', 'clean', 'exportTags', 'importSignature', 'exportSignature'];
const othersThan = (action: string) => ACTIONS.filter((other) => other !== action);

export function tagCommand(): Command {
  const command = withExamples(new Command('tag'), 'isopress tag --digest sha256 live.iso')
    .description('add, show or remove the media-check tags of an ISO')
    .argument('<image>', 'ISO file; changed in place')
    .addOption(
      new Option('--style <style>', 'suse: for checkmedia; rh: for checkisomd5').choices(TAG_STYLES).default('suse'),
    )
    .addOption(tagDigestOption('--digest'))
    .addOption(
      new Option('--pad <blocks>', 'blocks of 2 KiB at the end that count as zeros').argParser(
        parseInteger(0, 1_000_000),
      ),
    )
    .option('--check', 'ask the booted medium to check itself (SUSE style)')
    .addOption(
      new Option(
        '--partition <which>',
        'partition with its own digest: auto, none, or START,SECTORS (style suse; default: auto)',
      ).argParser(parsePartition),
    )
    .addOption(
      new Option(
        '--fragments <count>',
        'fragment sums that let a check fail early (default: 0, of style rh 20)',
      ).argParser(parseInteger(0, 60)),
    )
    .addOption(
      new Option(
        '--skip <blocks>',
        'blocks of 2 KiB at the end that are not covered (style rh; default: 15)',
      ).argParser(parseInteger(0, 1_000_000)),
    )
    .option('--supported', 'mark a supported release (style rh)')
    .addOption(new Option('--show', 'print the tags and change nothing').conflicts(othersThan('show')))
    .addOption(new Option('--clean', 'remove the tags').conflicts(othersThan('clean')))
    .addOption(
      new Option('--export-tags <file>', 'write the 512 bytes that a signature signs').conflicts(
        othersThan('exportTags'),
      ),
    )
    .addOption(
      new Option('--import-signature <file>', 'put a detached signature into its block').conflicts(
        othersThan('importSignature'),
      ),
    )
    .addOption(
      new Option('--export-signature <file>', 'write the signature of the image').conflicts(
        othersThan('exportSignature'),
      ),
    );
  return addSessionOptions(command).action(tagImage);
}

async function tagImage(image: string, options: Options): Promise<void> {
  const session = openSession(options);
  const path = argumentBytes(image);
  const name = displayText(path);
  const source = await openFileSource(path);
  try {
    const file = options.exportTags ?? options.exportSignature;
    if (file !== undefined) {
      const bytes = await (options.exportTags === undefined ? signatureOf(source) : signedBytes(source));
      writeFileSync(file, bytes);
      const exported = { file, size: bytes.length };
      return session.result('tag', { image: name, ...(await readTags(source)), exported }, []);
    }
    if (options.show) return await show(name, source, session);
    await patchFile(path, await patchesOf(source, options, session));
    if (options.clean) session.result('tag', { image: name, style: 'none', tags: [] }, ['no tags']);
    else await show(name, source, session);
  } finally {
    await source.close();
    session.close();
  }
}

async function show(image: string, source: Source, session: Session): Promise<void> {
  const { style, tags } = await readTags(source);
  if (tags.length === 0) process.exitCode = EXIT.nothingToCheck;
  const lines = tags.map(({ key, value }) => (value === undefined ? key : `${key} = ${value}`));
  session.result('tag', { image, style, tags }, lines.length > 0 ? lines : ['no tags']);
}

async function patchesOf(source: Source, options: Options, session: Session): Promise<readonly Patch[]> {
  if (options.clean) return removeTags(source);
  if (options.importSignature !== undefined) return [await signaturePatch(source, readInput(options.importSignature))];
  return sealOf(options).seal(source, session.run);
}

function sealOf({ style, digest: digests, pad, skip, check, partition, supported, fragments }: Options): Seal {
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

/** `64,5384` */
function parsePartition(text: string): Options['partition'] & {} {
  if (text === 'auto' || text === 'none') return text;
  const match = /^(\d{1,10}),(\d{1,10})$/.exec(text);
  if (!match) throw new InvalidArgumentError('It must be auto, none, or START,SECTORS in 512-byte sectors.');
  return { start: Number(match[1]), sectors: Number(match[2]) };
}
