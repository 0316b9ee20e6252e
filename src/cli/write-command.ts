// What every writer command does: scan the source, apply the shared options, plan, tell the losses, write, report.

import { fromText, type Timestamp, timestamp } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type Content, fileTarget, type ImagePlan, streamTarget, type Target, writeImage } from '../io/index.js';
import { chooseNative } from '../native/index.js';
import {
  clampTimes,
  type FileTree,
  fingerprint,
  type Loss,
  mapOwners,
  newestSecond,
  withoutXattrs,
} from '../tree/index.js';
import { engineFacts, engineText } from './engines.js';
import { withoutImage } from './image-in-source.js';
import { settleLosses } from './losses.js';
import { withManifests } from './manifest-options.js';
import { openSession, type Session } from './session.js';
import { type OpenedSource, openSource } from './source.js';
import { refuseTerminalOutput } from './standard-streams.js';
import { seconds, showBytes, showDuration } from './units.js';
import type { WriterOptions } from './writer-options.js';

/** The source tree with the shared options applied, and what plans derive from them. */
export interface PreparedSource {
  readonly tree: FileTree;
  readonly epoch: Timestamp;
  readonly seed: string;
}

export type LayoutWithLosses = { readonly losses: readonly Loss[] };

/** Runs one writer command from its arguments to its report. `change` is what its own options ask of the scanned tree. */
export async function writeCommand<L extends LayoutWithLosses>(
  source: string,
  image: string,
  options: WriterOptions,
  plan: (prepared: PreparedSource, session: Session) => ImagePlan<L, Content> | Promise<ImagePlan<L, Content>>,
  change: (tree: FileTree) => FileTree = (tree) => tree,
): Promise<void> {
  const toPipe = image === '-';
  const session = openSession(options, toPipe);
  const target = toPipe ? streamTarget(process.stdout) : fileTarget(fromText(image), { force: options.force ?? false });
  const started = session.now();
  let opened: Pick<OpenedSource, 'close'> | undefined;
  // Nothing that lives as long as the writing may hold the scanned tree: plans often keep another one of it.
  const scan = async () => {
    const { tree, close } = await openSource(source, image, options, session);
    opened = { close };
    return toPipe ? tree : withoutImage(tree, source, image, session);
  };
  try {
    await checkEarly(target, options, toPipe);
    const planned = await scan().then((tree) => plan(prepareSource(tree, options, change), session));
    settleLosses(planned.layout.losses, options, session);
    if (options.plan) return session.result(planned.layout);
    const { size, written, sha256 } = await writeImage(planned, target, session.run, { sha256: options.json ?? false });
    const milliseconds = session.now() - started;
    const engine = engineFacts(options.engine);
    const text = [`${image}: ${showBytes(size)} in ${showDuration(milliseconds)}, ${engineText(engine)}`];
    session.result(
      { image, size, sha256, written, seconds: seconds(milliseconds), engine, layout: planned.layout },
      text,
    );
  } finally {
    opened?.close();
    session.close();
  }
}

/** What can be known before the source is read: that the engine is there, and the target can be written. */
async function checkEarly(target: Target, options: WriterOptions, toPipe: boolean): Promise<void> {
  chooseNative(options.engine);
  if (options.plan) return;
  if (toPipe) refuseTerminalOutput();
  await target.check?.();
}

/** Applies ownership, manifests, times and the defaults of epoch and seed. */
function prepareSource(
  scanned: FileTree,
  options: WriterOptions,
  change: (tree: FileTree) => FileTree,
): PreparedSource {
  let tree = mapOwners(scanned, options.owner);
  if (!options.xattrs) tree = withoutXattrs(tree);
  tree = change(tree);
  const given = options.epoch ?? environmentEpoch();
  tree = withManifests(tree, options, timestamp(given ?? newestSecond(tree)));
  const epoch = timestamp(given ?? Math.max(0, newestSecond(tree)));
  if (options.clampMtime) tree = clampTimes(tree, epoch);
  let digest: string | undefined;
  return {
    tree,
    epoch,
    // A walk through the whole tree, which not every format asks for.
    get seed() {
      digest ??= options.seed ?? fingerprint(tree);
      return digest;
    },
  };
}

/** SOURCE_DATE_EPOCH, if set. */
export function environmentEpoch(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new InvalidInputError('cli.source-date-epoch', `SOURCE_DATE_EPOCH is "${text}", not a number of seconds.`);
}
