// Runs `isopress sbom`: lists the packages of a root tree in a file.

import { basename } from 'node:path';
import { defined, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, fileTarget, hostKind, openFileSource, streamTarget, writeImage } from '../../io/index.js';
import {
  type BillImage,
  type BillOfMaterials,
  billOfTree,
  renderBill,
  type SbomFormat,
  sha256Of,
} from '../../live/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import { prepareSource } from '../prepare-source.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { openSources } from '../sources.js';
import type { TreeOptions } from '../writer-options.js';

/** Parsed values of the command's options. */
export interface SbomCommandOptions extends SessionOptions, TreeOptions {
  readonly format: SbomFormat;
  readonly force?: boolean;
  readonly subject?: string;
  readonly sbomFiles?: boolean;
}

/** Nothing is packed: what an image could not keep does not matter. */
const READING = { engine: 'auto', loss: 'ignore' } as const;

/** Writes the bill of the root tree in a source. */
export async function sbom(source: string, file: string, options: SbomCommandOptions): Promise<void> {
  const toPipe = file === '-';
  const session = openSession(options, toPipe ? 'image' : 'report');
  const { force = false, format } = options;
  const target = toPipe ? streamTarget(process.stdout) : fileTarget(argumentBytes(file), { force });
  try {
    if (!toPipe) await target.check?.();
    const bill = await billIn(source, file, options, session);
    const text = bytesSource(new TextEncoder().encode(renderBill(bill, format)));
    const { size, sha256 } = await writeImage({ ...text, layout: undefined }, target, session.run, { sha256: true });
    const [from, to, packages] = [shownArgument(source), shownArgument(file), bill.components.length];
    session.result('sbom', { source: from, file: to, format, packages, size, sha256 }, [`${to}: ${packages} packages`]);
  } finally {
    session.close();
  }
}

async function billIn(
  source: string,
  file: string,
  options: SbomCommandOptions,
  session: Session,
): Promise<BillOfMaterials> {
  const path = argumentBytes(source);
  const opened = await openSources([source, ...options.add], file, { ...options, ...READING }, session);
  try {
    const { tree, epoch } = prepareSource(opened.tree, options);
    const rootDirectory = hostKind(path) === 'other' ? source : undefined;
    const image = options.subject === undefined ? undefined : await imageOf(options.subject, session);
    const request = {
      epoch: epoch.seconds,
      note: session.note,
      ...defined({ rootDirectory, image, files: options.sbomFiles }),
    };
    const bill = await billOfTree(tree, request, session.run);
    if (!bill) throw noDatabase(displayText(path));
    return bill;
  } finally {
    await opened.close();
  }
}

/** Reads all of the file for its digest. */
async function imageOf(file: string, { run }: Session): Promise<BillImage> {
  const opened = await openFileSource(argumentBytes(file));
  try {
    return { name: basename(shownArgument(file)), sha256: await sha256Of(opened, run) };
  } finally {
    await opened.close();
  }
}

function noDatabase(path: string): InvalidInputError {
  return new InvalidInputError('sbom.no-packages', `${path} has no package database.`, {
    path,
    hint: 'Give the root of an installed system with the database of dpkg, RPM or pacman.',
  });
}
