// Runs `isopress extract`: files of an image into a directory, or into an archive.

import { type ByteString, displayText } from '../../bytes/index.js';
import { EXIT } from '../../errors.js';
import {
  type ExtractFailure,
  type ExtractReport,
  extractWhileRead,
  isFaultOfEntry,
  type TreeReading,
} from '../../extract/index.js';
import type { PlaceInside } from '../../image/index.js';
import { streamTarget, writeImage } from '../../io/index.js';
import type { EngineChoice } from '../../native/index.js';
import { planTar } from '../../source/index.js';
import { directory, exclude, FileTree, overrideAll, pick } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withAddress } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { refuseTerminalOutput } from '../standard-streams.js';
import { showBytes, showEntries } from '../units.js';

/** Parsed values of the command's options. */
export interface ExtractCommandOptions extends SessionOptions, ImageOptions {
  readonly exclude: readonly ByteString[];
  readonly owner: 'auto' | 'keep' | 'none';
  readonly xattrs: boolean;
  readonly force?: boolean;
  readonly keepGoing?: boolean;
  readonly engine: EngineChoice;
}

/** Extracts all entries, or those that match `patterns`; `-` as target is an archive on standard output. */
export async function extract(
  image: string,
  target: string,
  patterns: readonly string[],
  options: ExtractCommandOptions,
): Promise<void> {
  const isArchive = target === '-';
  if (isArchive) refuseTerminalOutput();
  const session = openSession(options, isArchive ? 'image' : 'report');
  const extractTo = isArchive ? toArchive : toDirectory;
  try {
    const way = { ...options, enter: true, note: session.note };
    const wanted = patterns.map(argumentBytes);
    // Entries can only be chosen from the whole tree.
    const isWhole = wanted.length === 0 && options.exclude.length === 0;
    const read: TreeReading = (extractTree, watch) =>
      withAddress(image, { ...way, watch: isWhole ? watch : undefined }, (found) =>
        extractTree(chosen(found, wanted, options)),
      );
    const report = await extractTo(read, target, options, session);
    finish(image, target, report, session);
  } finally {
    session.close();
  }
}

/** The entries of a directory or an image, or one file under its own name. */
function chosen(
  { node, path }: PlaceInside,
  patterns: readonly ByteString[],
  options: ExtractCommandOptions,
): FileTree {
  const name = path.slice(path.lastIndexOf('/') + 1) as ByteString;
  const tree = new FileTree(node.kind === 'directory' ? node : directory({}, [[name, node]]));
  return exclude(patterns.length > 0 ? pick(tree, patterns) : tree, options.exclude);
}

function toDirectory(
  read: TreeReading,
  target: string,
  { engine, owner, xattrs, force = false, keepGoing = false }: ExtractCommandOptions,
  session: Session,
): Promise<ExtractReport> {
  const owners = owner === 'keep' || (owner === 'auto' && isSuperuser());
  const losses = session.losses;
  return extractWhileRead(read, argumentBytes(target), {
    engine,
    owners,
    xattrs,
    force,
    keepGoing,
    losses,
    run: session.run,
  });
}

function isSuperuser(): boolean {
  return process.geteuid?.() === 0;
}

function toArchive(
  read: TreeReading,
  _target: string,
  options: ExtractCommandOptions,
  session: Session,
): Promise<ExtractReport> {
  return read((tree) => writeArchive(tree, options, session));
}

async function writeArchive(
  tree: FileTree,
  { owner, xattrs, keepGoing }: ExtractCommandOptions,
  session: Session,
): Promise<ExtractReport> {
  const failures: ExtractFailure[] = [];
  const fault = (path: ByteString, error: unknown) => {
    if (!keepGoing || !isFaultOfEntry(error)) throw error;
    failures.push({ path, message: error.message });
  };
  const plan = planTar(owner === 'none' ? overrideAll(tree, { uid: 0, gid: 0 }) : tree, { xattrs, fault });
  const { entries, bytes, losses } = plan.layout;
  session.losses(losses);
  await writeImage(plan, streamTarget(process.stdout), session.run);
  return { entries, bytes, losses, failures };
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
  const where = target === '-' ? 'standard output' : shownArgument(target);
  session.result('extract', data, [`${where}: ${showEntries(entries)}, ${showBytes(bytes)} of files${left}`]);
}
