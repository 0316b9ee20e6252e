// What every writer command does: scan the source, apply the shared options, plan, tell the losses, write, report.

import { fromText, type Timestamp, timestamp } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type Content, fileTarget, type ImagePlan, streamTarget, writeImage } from '../io/index.js';
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
import { settleLosses } from './losses.js';
import { withManifests } from './manifest-options.js';
import { openSession, type Session } from './session.js';
import { type OpenedSource, openSource } from './source.js';
import { showBytes, showDuration } from './units.js';
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
  const started = session.now();
  let opened: Pick<OpenedSource, 'close'> | undefined;
  // Nothing that lives as long as the writing may hold the scanned tree: plans often keep another one of it.
  const scan = async () => {
    const { tree, close } = await openSource(source, image, options, session);
    opened = { close };
    return tree;
  };
  try {
    const planned = await scan().then((tree) => plan(prepareSource(tree, options, change), session));
    settleLosses(planned.layout.losses, options, session);
    if (options.plan) return session.result(planned.layout);
    const target = toPipe
      ? streamTarget(process.stdout)
      : fileTarget(fromText(image), { force: options.force ?? false });
    const { size, written } = await writeImage(planned, target, session.run);
    const milliseconds = session.now() - started;
    const engine = engineFacts(options.engine);
    const text = [`${image}: ${showBytes(size)} in ${showDuration(milliseconds)}, ${engineText(engine)}`];
    session.result({ image, size, written, seconds: milliseconds / 1000, engine, layout: planned.layout }, text);
  } finally {
    opened?.close();
    session.close();
  }
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
