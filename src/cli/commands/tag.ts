// isopress tag IMAGE

import { Command, Option } from 'commander';
import { fromText } from '../../bytes/index.js';
import { readTags, redHatTagSeal, removeTags, suseTagSeal } from '../../format/checkmedia/index.js';
import { type DigestName, openFileSource, type Patch, patchFile, type Source } from '../../io/index.js';
import { EXIT } from '../exit-code.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { parseInteger } from '../units.js';
import { addSessionOptions } from '../writer-options.js';

interface Options extends SessionOptions {
  readonly style: 'suse' | 'rh';
  readonly digest: readonly DigestName[];
  readonly pad?: number;
  readonly check?: boolean;
  readonly show?: boolean;
  readonly clean?: boolean;
}

const DIGESTS: readonly DigestName[] = ['md5', 'sha1', 'sha224', 'sha256', 'sha384', 'sha512'];

export function tagCommand(): Command {
  const command = new Command('tag')
    .description('add, show or remove the media-check tags of an ISO')
    .argument('<image>', 'ISO file; changed in place')
    .addOption(
      new Option('--style <style>', 'suse: for checkmedia; rh: for checkisomd5')
        .choices(['suse', 'rh'])
        .default('suse'),
    )
    .addOption(
      new Option('--digest <name...>', 'digests of a SUSE style tag').choices(DIGESTS).default(['sha256'], 'sha256'),
    )
    .addOption(
      new Option('--pad <blocks>', 'blocks of 2 KiB at the end that count as zeros').argParser(
        parseInteger(0, 1_000_000),
      ),
    )
    .option('--check', 'ask the booted medium to check itself')
    .addOption(new Option('--show', 'print the tags and change nothing').conflicts('clean'))
    .option('--clean', 'remove the tags');
  return addSessionOptions(command).action(tagImage);
}

async function tagImage(image: string, options: Options): Promise<void> {
  const session = openSession(options);
  const path = fromText(image);
  const source = await openFileSource(path);
  try {
    if (options.show) return await show(source, session);
    await patchFile(path, options.clean ? await removeTags(source) : await seal(source, options, session));
    await show(source, session);
  } finally {
    await source.close();
    session.close();
  }
}

async function show(source: Source, session: Session): Promise<void> {
  const { style, tags } = await readTags(source);
  if (tags.length === 0) process.exitCode = EXIT.nothingToCheck;
  const lines = tags.map(({ key, value }) => (value === undefined ? key : `${key} = ${value}`));
  session.result({ style, tags }, lines.length > 0 ? lines : ['no tags']);
}

async function seal(source: Source, options: Options, session: Session): Promise<readonly Patch[]> {
  const { style, digest: digests, pad, check = false } = options;
  const tag = style === 'rh' ? redHatTagSeal() : suseTagSeal({ digests, check, ...(pad === undefined ? {} : { pad }) });
  return tag.seal(source, session.run);
}
