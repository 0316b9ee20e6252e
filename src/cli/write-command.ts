// The steps of every writer command: check the options, scan the source, plan, report the losses, write, report.

import { displayText, type Timestamp } from '../bytes/index.js';
import { type Content, fileTarget, type ImagePlan, streamTarget, type Target, writeImage } from '../io/index.js';
import { chooseNative } from '../native/index.js';
import type { FileTree, Loss, PreparedTree } from '../tree/index.js';
import { argumentBytes } from './argument-bytes.js';
import type { CacheOptions } from './cache-options.js';
import { engineFacts, engineText } from './engines.js';
import type { OpenedSource } from './image-source.js';
import { settleLosses } from './losses.js';
import { type CommandCache, openCommandCache } from './opened-cache.js';
import { jsonData, textLines } from './output/plain-data.js';
import type { ReportName } from './output/report.js';
import { prepareSource } from './prepare-source.js';
import { openSession, type Session } from './session.js';
import { openSources } from './sources.js';
import { refuseTerminalOutput } from './standard-streams.js';
import { seconds, showBytes, showDuration } from './units.js';
import type { WriterOptions } from './writer-options.js';

export type LayoutWithLosses = { readonly losses: readonly Loss[] };

/** Reports of commands that also have a report of their plan. */
type WriterName = { [Name in ReportName]: `${Name}-plan` extends ReportName ? Name : never }[ReportName];

/** Values that options of an image derive from the tree. */
export type Derived = Pick<PreparedTree, 'epoch' | 'seed'>;

/** The parts that differ between writers. */
export interface Writer<L extends LayoutWithLosses> {
  /** Name of its reports. */
  readonly name: WriterName;
  /** Throws what planning would throw about the options alone; `derived` has placeholders for values derived from the tree. */
  check(derived: Derived): void;
  plan(
    prepared: PreparedTree,
    session: Session,
    cache: CommandCache,
  ): ImagePlan<L, Content> | Promise<ImagePlan<L, Content>>;
  /** The part of a layout in the report. Default: all of it. */
  facts?(layout: L): object;
  /** Changes of the tree's entries that the options request. */
  change?(tree: FileTree): FileTree;
  /** Other sources that the options add to the scanned tree. */
  extend?(tree: FileTree, session: Session): Promise<FileTree>;
}

const STAND_INS: Derived = { epoch: { seconds: 0, nanoseconds: 0 } satisfies Timestamp, seed: 'none yet' };

/** Runs one writer command from its arguments to its report. */
export async function writeCommand<L extends LayoutWithLosses>(
  source: string,
  image: string,
  options: WriterOptions & Partial<CacheOptions>,
  writer: Writer<L>,
): Promise<void> {
  const toPipe = image === '-';
  const session = openSession(options, toPipe ? 'image' : 'report');
  const path = argumentBytes(image);
  const target = toPipe ? streamTarget(process.stdout) : fileTarget(path, { force: options.force ?? false });
  const started = session.now();
  let opened: Pick<OpenedSource, 'close'> | undefined;
  let cache: CommandCache | undefined;
  // Do not keep the scanned tree alive while writing: the plan usually holds a rewritten copy.
  const scan = async () => {
    const { tree, close } = await openSources([source, ...options.add], image, options, session);
    opened = { close };
    return writer.extend ? writer.extend(tree, session) : tree;
  };
  try {
    writer.check(STAND_INS);
    await checkEarly(target, options, toPipe);
    const places = options.plan ? [] : (options.cache ?? []);
    const kept = await openCommandCache(places, image, session);
    cache = kept;
    const planned = await scan().then((tree) =>
      writer.plan(prepareSource(tree, options, writer.change), session, kept),
    );
    settleLosses(planned.layout.losses, options, session);
    const layout = writer.facts?.(planned.layout) ?? planned.layout;
    const name = displayText(path);
    if (options.plan) {
      return session.result(`${writer.name}-plan`, { image: name, layout }, textLines(jsonData(layout)));
    }
    const wantsDigest = (options.json || options.verbose) ?? false;
    const { size, written, sha256 } = await writeImage(planned, target, session.run, { sha256: wantsDigest });
    const milliseconds = session.now() - started;
    const engine = engineFacts(options.engine);
    const text = [`${name}: ${showBytes(size)} in ${showDuration(milliseconds)}, ${engineText(engine)}`];
    if (options.verbose) text.push(`sha256 ${sha256}`);
    const report = { image: name, size, sha256, written, seconds: seconds(milliseconds), engine, layout };
    session.result(writer.name, report, text);
  } finally {
    await cache?.close();
    await opened?.close();
    session.close();
  }
}

/** Checks before the source is read: that the engine is installed, and the target can be written. */
async function checkEarly(target: Target, options: WriterOptions, toPipe: boolean): Promise<void> {
  chooseNative(options.engine);
  if (options.plan) return;
  if (toPipe) refuseTerminalOutput();
  await target.check?.();
}
