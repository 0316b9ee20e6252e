// Runs `isopress extract`: files of an image into a directory.

import { type ByteString, displayText } from '../../bytes/index.js';
import { EXIT } from '../../errors.js';
import { type ExtractReport, extractTree } from '../../extract/index.js';
import { enterImage, type PlaceInside } from '../../image/index.js';
import type { EngineChoice } from '../../native/index.js';
import { directory, exclude, FileTree, pick } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withAddress } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export interface ExtractCommandOptions extends SessionOptions, ImageOptions {
  readonly exclude: readonly ByteString[];
  readonly owner: 'auto' | 'keep' | 'none';
  readonly xattrs: boolean;
  readonly force?: boolean;
  readonly keepGoing?: boolean;
  readonly engine: EngineChoice;
}

/** Extracts all entries, or those that match `patterns`. */
export async function extract(
  image: string,
  target: string,
  patterns: readonly string[],
  options: ExtractCommandOptions,
): Promise<void> {
  const session = openSession(options);
  try {
    const report = await withAddress(image, { ...options, note: session.note }, async (found) =>
      extractTree(await chosen(found, patterns.map(argumentBytes), options), argumentBytes(target), {
        engine: options.engine,
        owners: options.owner === 'keep' || (options.owner === 'auto' && isSuperuser()),
        xattrs: options.xattrs,
        force: options.force ?? false,
        keepGoing: options.keepGoing ?? false,
        losses: (losses) => session.losses(losses),
        run: session.run,
      }),
    );
    finish(image, target, report, session);
  } finally {
    session.close();
  }
}

/** The entries of a directory or an image, or one file under its own name. */
async function chosen(
  found: PlaceInside,
  patterns: readonly ByteString[],
  options: ExtractCommandOptions,
): Promise<FileTree> {
  const { node, path } = await enterImage(found);
  const name = path.slice(path.lastIndexOf('/') + 1) as ByteString;
  const tree = new FileTree(node.kind === 'directory' ? node : directory({}, [[name, node]]));
  return exclude(patterns.length > 0 ? pick(tree, patterns) : tree, options.exclude);
}

function isSuperuser(): boolean {
  return process.geteuid?.() === 0;
}

function finish(image: string, target: string, report: ExtractReport, session: Session): void {
  for (const { path, message } of report.failures) session.note(`/${displayText(path)}: ${message}`);
  if (report.failures.length > 0) process.exitCode = EXIT.badInput;
  const { entries, bytes, losses, failures } = report;
  const data = {
    image: shownArgument(image),
    directory: shownArgument(target),
    entries,
    bytes,
    losses,
    failures: failures.map(({ path, message }) => ({ path: displayText(path), message })),
  };
  const left = failures.length > 0 ? `, ${failures.length} left out or incomplete` : '';
  session.result('extract', data, [`${shownArgument(target)}: ${entries} entries, ${bytes} bytes of files${left}`]);
}
