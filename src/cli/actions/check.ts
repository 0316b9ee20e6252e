// Runs `isopress check`: verifies media-check digests.

import { EXIT, InvalidImageError } from '../../errors.js';
import { type DigestVerdict, type TagVerdict, verifyTags } from '../../format/checkmedia/index.js';
import { shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withImage } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export type CheckCommandOptions = SessionOptions & Pick<ImageOptions, 'offset'>;

const ANSWERS: Readonly<Record<string, number>> = {
  'checkmedia.no-iso': EXIT.nothingToCheck,
  'checkmedia.truncated': EXIT.checkFailed,
};

/** Verifies the digests and reports each. */
export async function check(image: string, options: CheckCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    const verdict = await withImage(image, { ...options, note: session.note }, (source) =>
      verifyTags(source, session.run),
    );
    process.exitCode = exitCode(verdict);
    session.result('check', { image: shownArgument(image), ...verdict }, textOf(image, verdict));
  } catch (error) {
    // Finding no ISO, or only the front of one, is an answer of this command.
    const code = error instanceof InvalidImageError ? ANSWERS[error.code] : undefined;
    if (code === undefined) throw error;
    process.exitCode = code;
    const { message } = error as InvalidImageError;
    session.result('check', { image: shownArgument(image), ok: false, message }, [`${image}: ${message}`]);
  } finally {
    session.close();
  }
}

function exitCode({ ok, digests }: TagVerdict): number {
  if (digests.length === 0) return EXIT.nothingToCheck;
  return ok ? EXIT.done : EXIT.checkFailed;
}

function textOf(image: string, verdict: TagVerdict): string[] {
  if (verdict.digests.length === 0) return [`${image}: no media-check digests`];
  const lines = verdict.digests.map(lineOf);
  if (verdict.stopped) lines.push('stopped at the first wrong fragment: the rest was not read');
  if (verdict.style === 'mixed') lines.push('the image has tags of both styles: checkers disagree about it');
  return [...lines, `${image}: ${verdict.ok ? 'ok' : 'WRONG'}`];
}

function lineOf({ what, digest, ok, expected, found }: DigestVerdict): string {
  return ok ? `${what} ${digest} ok` : `${what} ${digest} wrong: ${found}, not ${expected}`;
}
