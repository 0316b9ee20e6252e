// Checks every layer of images.

import { EXIT } from '../../errors.js';
import {
  type EfiProgramFacts,
  type Finding,
  type MicrosoftCa,
  type VerifyReport,
  verifyImage,
} from '../../verify/index.js';
import { shownArgument } from '../argument-bytes.js';
import { errorLines } from '../exit-code.js';
import type { ImageOptions } from '../image-options.js';
import { withImage } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';

export interface VerifyCommandOptions extends SessionOptions, Pick<ImageOptions, 'offset'> {
  readonly fast?: boolean;
  readonly strict?: boolean;
  readonly requireCa?: MicrosoftCa;
}

interface ImageVerdict extends VerifyReport {
  readonly image: string;
}

export async function verify(names: readonly string[], options: VerifyCommandOptions): Promise<void> {
  const session = openSession(options);
  const { fast = false, strict = false, requireCa } = options;
  try {
    const images: ImageVerdict[] = [];
    const unread: unknown[] = [];
    for (const name of names) {
      const read = withImage(name, options, (image, spool, { unfinished }) =>
        verifyImage(image, { fast, requireCa, spool, unfinished, run: session.run }),
      );
      const report = await read.catch((error) => {
        if (session.run.signal?.aborted) throw error;
        unread.push(error);
      });
      if (report) images.push({ image: shownArgument(name), ...report });
    }
    // One document of JSON: a report without an image that was asked for would pass for the whole.
    if (unread.length > 0 && options.json) throw unread[0];
    process.exitCode = exitCode(images, strict);
    session.result('verify', { ok: process.exitCode === EXIT.done, images }, images.flatMap(textOf));
    for (const error of unread.slice(1)) for (const line of errorLines(error)) session.note(line);
    if (unread.length > 0) throw unread[0];
  } finally {
    session.close();
  }
}

function exitCode(images: readonly ImageVerdict[], strict: boolean): number {
  if (images.some(({ ok, counts }) => !ok || (strict && counts.warning > 0))) return EXIT.checkFailed;
  return images.some(({ layers }) => layers.length === 0) ? EXIT.nothingToCheck : EXIT.done;
}

function textOf({ image, layers, findings, omitted, counts, efiPrograms }: ImageVerdict): string[] {
  if (layers.length === 0) return [`${image}: not an image this program knows`];
  const kinds = layers.map(({ layer, kinds }) => `${layer || 'image'} (${kinds.join(', ') || 'no file system'})`);
  const number = (count: number, word: string) => `${count} ${word}${count === 1 ? '' : 's'}`;
  const summary = `${number(counts.error, 'error')}, ${number(counts.warning, 'warning')}, ${number(counts.note, 'note')}`;
  return [
    ...findings.flatMap((finding) => findingLines(image, finding)),
    ...(omitted > 0 ? [`${image}: ${omitted} more of the same`] : []),
    `${image}: checked ${kinds.join(', ')}`,
    ...efiPrograms.map((program) => `${image}: ${programText(program)}`),
    `${image}: ${findings.length === 0 ? 'ok' : summary}`,
  ];
}

function findingLines(image: string, { code, severity, layer, path, at, message, advice }: Finding): string[] {
  const place = `${path === undefined ? '' : `/${path}`}${at === undefined ? '' : ` at byte ${at}`}`;
  return [`${image}${layer}${place}: ${severity}: ${message} [${code}]`, `  ${advice}`];
}

function programText({ layer, path, machine, signers, sbat, nxCompatible, unified }: EfiProgramFacts): string {
  const by = signers.map(({ subject, issuer }) => (subject === '' ? issuer : `${subject} (${issuer})`));
  const facts = [
    machine,
    ...(unified ? ['with kernel'] : []),
    by.length > 0 ? `signed by ${by.join(', ')}` : 'not signed',
    ...(sbat.length > 0 ? [`SBAT ${sbat.join(' ')}`] : []),
    ...(nxCompatible ? ['NX'] : []),
  ];
  return `EFI program ${layer}/${path}: ${facts.join(', ')}`;
}
