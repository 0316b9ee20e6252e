// What every writer command does: scan the source, apply the shared options, plan, tell the losses, write, report.

import { fromText } from '../bytes/index.js';
import { InvalidInputError } from '../errors.js';
import { type Content, fileTarget, type ImagePlan, streamTarget, type Target, writeImage } from '../io/index.js';
import { chooseNative } from '../native/index.js';
import { openHostFile } from '../source/index.js';
import { type FileTree, type Loss, type PreparedTree, prepareTree } from '../tree/index.js';
import { engineFacts, engineText } from './engines.js';
import { withoutImage } from './image-in-source.js';
import { settleLosses } from './losses.js';
import { manifestEntries } from './manifest-options.js';
import { openSession, type Session } from './session.js';
import { type OpenedSource, openSource } from './source.js';
import { refuseTerminalOutput } from './standard-streams.js';
import { seconds, showBytes, showDuration } from './units.js';
import { excludePatterns, type WriterOptions } from './writer-options.js';

export type LayoutWithLosses = { readonly losses: readonly Loss[] };

/**
 * Runs one writer command from its arguments to its report. `extend` is what its own options put beside the scanned tree,
 * `change` what they ask of its entries.
 */
export async function writeCommand<L extends LayoutWithLosses>(
  source: string,
  image: string,
  options: WriterOptions,
  plan: (prepared: PreparedTree, session: Session) => ImagePlan<L, Content> | Promise<ImagePlan<L, Content>>,
  change: (tree: FileTree) => FileTree = (tree) => tree,
  extend: (tree: FileTree) => Promise<FileTree> = async (tree) => tree,
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
    return extend(toPipe ? tree : withoutImage(tree, source, image, session));
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

function prepareSource(scanned: FileTree, options: WriterOptions, change: (tree: FileTree) => FileTree): PreparedTree {
  const { owner: ownership, xattrs, seed } = options;
  const epoch = options.epoch ?? environmentEpoch();
  return prepareTree(scanned, {
    exclude: excludePatterns(options),
    ownership,
    xattrs,
    change,
    manifest: { entries: manifestEntries(options), open: openHostFile },
    clamp: options.clampMtime ?? false,
    ...(epoch === undefined ? {} : { epoch }),
    ...(seed === undefined ? {} : { seed }),
  });
}

/** SOURCE_DATE_EPOCH, if set. */
export function environmentEpoch(): number | undefined {
  const text = process.env['SOURCE_DATE_EPOCH'];
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,11}$/.test(text)) return Number(text);
  throw new InvalidInputError('cli.source-date-epoch', `SOURCE_DATE_EPOCH is "${text}", not a number of seconds.`);
}
