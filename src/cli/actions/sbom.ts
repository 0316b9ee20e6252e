// Runs `isopress sbom`: lists the packages of a root tree in a file.

import { defined, displayText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import { bytesSource, fileTarget, hostKind, streamTarget, writeImage } from '../../io/index.js';
import { billOfTree, renderBill, type SbomFormat } from '../../live/index.js';
import type { Platform } from '../../source/index.js';
import { prepareTree } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import { environmentEpoch } from '../environment-epoch.js';
import { openSession, type SessionOptions } from '../session.js';
import type { SourceOptions } from '../source.js';
import { openSources } from '../sources.js';

/** Parsed values of the command's options. */
export interface SbomCommandOptions extends SessionOptions {
  readonly format: SbomFormat;
  readonly epoch?: number;
  readonly platform?: Platform;
  readonly force?: boolean;
}

/** Only names and files matter, not what an image would keep of them. */
const READING = {
  ...{ exclude: [], excludeFrom: [], add: [], manifest: [], ignoreZeros: false, owner: 'keep', xattrs: false },
  ...{ engine: 'auto', loss: 'ignore' },
} as const satisfies Partial<SourceOptions>;

/** Writes the bill of the root tree in a source. */
export async function sbom(source: string, file: string, options: SbomCommandOptions): Promise<void> {
  const toPipe = file === '-';
  const session = openSession(options, toPipe ? 'image' : 'report');
  const target = toPipe
    ? streamTarget(process.stdout)
    : fileTarget(argumentBytes(file), { force: options.force ?? false });
  try {
    if (!toPipe) await target.check?.();
    const opened = await openSources([source], file, { ...READING, ...options }, session);
    try {
      const { tree, epoch } = prepareTree(opened.tree, defined({ epoch: options.epoch ?? environmentEpoch() }));
      const path = argumentBytes(source);
      const rootDirectory = hostKind(path) === 'other' ? source : undefined;
      const request = { epoch: epoch.seconds, note: session.note, ...defined({ rootDirectory }) };
      const bill = await billOfTree(tree, request, session.run);
      if (!bill) throw noDatabase(displayText(path));
      const bytes = new TextEncoder().encode(renderBill(bill, options.format));
      const written = await writeImage({ ...bytesSource(bytes), layout: undefined }, target, session.run, {
        sha256: true,
      });
      const { size, sha256 } = written;
      const packages = bill.components.length;
      const report = {
        source: shownArgument(source),
        file: shownArgument(file),
        format: options.format,
        packages,
        size,
        sha256,
      };
      session.result('sbom', report, [`${shownArgument(file)}: ${packages} packages`]);
    } finally {
      await opened.close();
    }
  } finally {
    session.close();
  }
}

function noDatabase(path: string): InvalidInputError {
  return new InvalidInputError('sbom.no-packages', `${path} has no package database.`, {
    path,
    hint: 'Give the root of an installed system with the database of dpkg, RPM or pacman.',
  });
}
