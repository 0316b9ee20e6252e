// Runs `isopress edit`: the options of the command as changes of the library, and the new disc.

import { realpathSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type ByteString, byteStringOf, defined, displayText, fromText, timestamp } from '../../bytes/index.js';
import type { WeightRule } from '../../disc/index.js';
import {
  type AddedTree,
  type AttributeChange,
  checkInPlace,
  type EditChanges,
  type EditLayout,
  type MediaCheck,
  parseArgumentChanges,
  planEdit,
  planReset,
  type ReplacedFile,
  SEED_KINDS,
  type Seed,
  type TreeChanges,
  writeInPlace,
} from '../../edit/index.js';
import { UsageError } from '../../errors.js';
import {
  fileTarget,
  type ImageReport,
  openImageFile,
  pathBuffer,
  recoverFile,
  refuseUnfinished,
  Spool,
  streamTarget,
  writeImage,
} from '../../io/index.js';
import { openHostFile, scanDirectory, scanEntry } from '../../source/index.js';
import { directory, FileTree, file, mapOwners, type Node, type Ownership } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { OwnerChoice } from '../edit-attributes.js';
import { type GivenFile, givenFile, isDirectoryHere } from '../given-files.js';
import { refuseRemains } from '../image-in-source.js';
import { settleLosses } from '../losses.js';
import { jsonData, textLines } from '../output/plain-data.js';
import { reportId } from '../output/report.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { refuseTerminalOutput } from '../standard-streams.js';
import { seconds, showBytes, showDuration, showEntries } from '../units.js';
import { differences } from './diff.js';

/** Parsed values of the command's options. */
export interface EditCommandOptions extends SessionOptions {
  readonly add: readonly string[];
  readonly replace: readonly string[];
  readonly remove: readonly ByteString[];
  readonly volumeId?: string;
  readonly kernelArgs: readonly string[];
  readonly defaultEntry?: string;
  readonly timeout?: number | 'never';
  readonly seed: readonly string[];
  readonly initrdAppend?: string;
  readonly mode: readonly AttributeChange[];
  readonly owner: OwnerChoice;
  readonly inside?: string;
  readonly sort: readonly WeightRule[];
  readonly mediaCheck: MediaCheck;
  readonly epoch?: number;
  readonly loss: 'report' | 'error' | 'ignore';
  readonly plan?: boolean;
  readonly diff?: boolean;
  readonly resettable?: boolean;
  readonly reset?: boolean;
  readonly inPlace?: boolean;
  readonly recover?: boolean;
  readonly force?: boolean;
}

/** Writes the edited image, or prints what would change. */
export async function editImage(input: string, output: string | undefined, options: EditCommandOptions): Promise<void> {
  checkPlaces(input, output, options);
  if (options.reset || options.recover) checkAlone(options);
  else checkInside(options);
  const to = output ?? input;
  const toPipe = to === '-';
  const session = openSession(options, toPipe ? 'image' : 'report');
  const path = argumentBytes(to);
  const target = toPipe ? streamTarget(process.stdout) : fileTarget(path, { force: options.force ?? false });
  const started = session.now();
  try {
    if (options.recover) return await recover(path, session);
    if (toPipe && !options.plan) refuseTerminalOutput();
    if (!options.plan && !options.inPlace) await target.check?.();
    if (!toPipe && !options.inPlace) await refuseRemains(argumentBytes(input), to);
    await refuseUnfinished(argumentBytes(input));
    const image = await openImageFile(argumentBytes(input), { sparse: true });
    const spool = new Spool(fromText(tmpdir()));
    try {
      const plan = options.reset
        ? await planReset(image)
        : await planEdit(image, await changesOf(options, session), session.run, {
            spool,
            copyAhead: copiesAhead(options) ? (content, at) => target.copyAhead?.(content, at) : undefined,
          });
      if (options.inPlace) checkInPlace(plan.inPlace);
      settleLosses(plan.layout.losses, options, session);
      const name = displayText(path);
      if (options.plan) {
        const { layout } = plan;
        session.result('edit-plan', { image: name, layout }, textLines(jsonData(layout)));
        return;
      }
      const write = (sha256: boolean) =>
        options.inPlace
          ? writeInPlace(plan, image, path, session.run, { sha256 })
          : writeImage(plan, target, session.run, { sha256 });
      await writeEdit(plan, { write, name, started, input, output: to }, options, session);
    } finally {
      await target.abandon?.();
      await spool.close();
      await image.close();
    }
  } finally {
    session.close();
  }
}

/** Completes an interrupted edit, or takes it back. */
async function recover(path: ByteString, session: Session): Promise<void> {
  const image = displayText(path);
  const recovery = await recoverFile(path);
  const texts = {
    completed: 'the interrupted edit is now complete',
    undone: 'the interrupted edit was taken back',
    nothing: 'no edit of it was interrupted',
  };
  session.result('edit', { image, recovery }, [`${image}: ${texts[recovery]}`]);
}

interface Writing {
  write(sha256: boolean): Promise<ImageReport>;
  readonly name: string;
  readonly started: number;
  readonly input: string;
  readonly output: string;
}

async function writeEdit(
  plan: Awaited<ReturnType<typeof planEdit>>,
  { write, name, started, input, output }: Writing,
  options: EditCommandOptions,
  session: Session,
): Promise<void> {
  const { size, written, sha256 } = await write((options.json || options.verbose) ?? false);
  const milliseconds = session.now() - started;
  const layout: EditLayout = plan.layout;
  const changed = layout.isReset ? 'the last edit taken back' : `${showEntries(layout.entries.length)} changed`;
  const bytes = options.inPlace ? `${showBytes(written)} written in place` : showBytes(size);
  const text = [`${name}: ${bytes} in ${showDuration(milliseconds)}, ${changed}`];
  if (options.verbose) text.push(`sha256 ${sha256}`);
  const compared = options.diff ? await comparisons(input, output, layout, session) : [];
  const report = {
    image: name,
    size,
    ...defined({ sha256 }),
    written,
    seconds: seconds(milliseconds),
    layout,
    ...defined({ differences: options.diff ? compared.map((one) => one.report) : undefined }),
  };
  session.result('edit', report, [...text, ...compared.flatMap(({ lines }) => lines)]);
}

/** Whether a new image is written, and its bytes need not be read for a digest. */
function copiesAhead({ plan, inPlace, json, verbose }: EditCommandOptions): boolean {
  return ![plan, inPlace, json, verbose].some((one) => one ?? false);
}

/** One image is read, and another one or the same is written. */
function checkPlaces(input: string, output: string | undefined, options: EditCommandOptions): void {
  const { inPlace, recover, diff, plan } = options;
  if (recover && !inPlace) {
    const message = 'Only an edit in place can be interrupted so that its image is incomplete.';
    throw new UsageError('edit.recover', message, { option: 'recover', hint: 'Give --in-place too.' });
  }
  if (inPlace && output !== undefined) {
    const message = 'An edit in place changes the image that it reads, and writes no other one.';
    throw new UsageError('edit.in-place-output', message, { option: 'inPlace', hint: 'Give one image.' });
  }
  if (!inPlace && !plan && output === undefined) {
    throw new UsageError('edit.no-output', 'The new image has no name.', {
      hint: 'Give a second name, --in-place to change the image itself, or --plan to write nothing.',
    });
  }
  if (diff && !plan) checkComparable(input, output ?? input);
}

/** Nothing else can be asked of a reset or a recovery. */
function checkAlone(options: EditCommandOptions): void {
  const { owner, volumeId, defaultEntry, timeout, initrdAppend, inside, epoch, resettable, mediaCheck } = options;
  const lists = [
    options.add,
    options.replace,
    options.remove,
    options.mode,
    options.kernelArgs,
    options.seed,
    options.sort,
  ];
  const others = options.recover ? [options.reset, options.plan, options.diff] : [];
  const values = [volumeId, defaultEntry, timeout, initrdAppend, inside, epoch, resettable, ...others];
  const isAlone = lists.every(({ length }) => length === 0) && values.every((value) => value === undefined);
  if (isAlone && owner.changes.length === 0 && mediaCheck === 'redo') return;
  if (options.recover) {
    const message = 'Recovery ends an interrupted edit, and makes no other changes.';
    throw new UsageError('edit.recover-alone', message, { option: 'recover', hint: 'Edit the image afterwards.' });
  }
  const message = 'Taking back an edit gives the disc from before it, without other changes.';
  throw new UsageError('edit.reset-alone', message, { option: 'reset', hint: 'Edit the result.' });
}

/** An image inside that nothing changes is most likely a mistake. */
function checkInside({ inside, add, replace, remove, mode, owner }: EditCommandOptions): void {
  const changes = [add, replace, remove, mode, owner.changes];
  if (inside === undefined || changes.some(({ length }) => length > 0)) return;
  throw new UsageError('edit.nothing-inside', 'No option changes a file of this image.', {
    option: 'inside',
    hint: 'Give --add, --replace, --remove, --mode or --owner PATH=UID:GID as well.',
  });
}

/** Comparison needs both images afterwards. */
function checkComparable(input: string, output: string): void {
  const inode = (path: string) => {
    const found = statSync(pathBuffer(argumentBytes(path)), { throwIfNoEntry: false, bigint: true });
    return found && `${found.dev} ${found.ino}`;
  };
  const isSame = output !== '-' && inode(output) !== undefined && inode(output) === inode(input);
  if (output !== '-' && !isSame) return;
  const message = isSame
    ? 'The new image replaces the old one, so the two cannot be compared.'
    : 'An image on standard output cannot be compared with the old one.';
  throw new UsageError('edit.diff', message, { option: 'diff', hint: 'Write to another file.' });
}

/** The differences between the old and the new disc, and inside each image on it that was written again. */
async function comparisons(input: string, output: string, { layers = [] }: EditLayout, session: Session) {
  const found = [await differences(input, output, { exclude: [] }, session)];
  for (const { path } of layers)
    found.push(await differences(`${input}!${path}`, `${output}!${path}`, { exclude: [] }, session));
  return found.map(({ report, lines }) => ({ report: { report: reportId('diff'), ...report }, lines }));
}

async function changesOf(options: EditCommandOptions, session: Session): Promise<EditChanges> {
  const { volumeId, epoch, mediaCheck, timeout, defaultEntry: entry, initrdAppend: initrd, inside, sort } = options;
  const seeds: Seed[] = [];
  for (const text of options.seed) seeds.push(await seedOf(text, options.owner.added, session));
  const files = await fileChanges(options, session);
  return {
    ...(inside === undefined ? files : { inside: [{ ...files, path: argumentBytes(inside) }] }),
    sort,
    resettable: options.resettable ?? false,
    seeds,
    kernelArguments: parseArgumentChanges(options.kernelArgs.join(' ')),
    mediaCheck,
    ...defined({
      volumeId,
      timeout,
      defaultEntry: entry !== undefined && /^\d+$/.test(entry) ? Number(entry) : entry,
      initrdAppend: initrd === undefined ? undefined : await directoryTree(argumentBytes(initrd), 'root', session),
      epoch: epoch === undefined ? undefined : timestamp(epoch),
    }),
  };
}

/** The changes of entries, on the disc or in an image on it. */
async function fileChanges(options: EditCommandOptions, session: Session): Promise<TreeChanges> {
  const { remove, replace, mode, owner } = options;
  const add: AddedTree[] = [];
  for (const text of options.add) add.push(await added(givenFile(text), owner.added, session));
  return {
    remove,
    add,
    replace: replace.map((text) => replaced(givenFile(text, 'replace'))),
    attributes: [...mode, ...owner.changes],
  };
}

/** `nocloud=./seed` */
async function seedOf(text: string, owner: Ownership, session: Session): Promise<Seed> {
  const [, name = '', value = ''] = /^([^=]*)=(.+)$/s.exec(text) ?? [];
  const kind = SEED_KINDS.find((one) => one === name);
  if (!kind) {
    throw new UsageError('edit.seed-kind', `"${shownArgument(text)}" is not a seed.`, {
      option: 'seed',
      hint: `Give KIND=PATH, with one of ${SEED_KINDS.join(', ')}.`,
    });
  }
  const path = argumentBytes(value);
  if (isDirectoryHere(path)) return { kind, tree: await directoryTree(path, owner, session) };
  const { content, ...attributes } = openHostFile(path);
  const owned = owner === 'keep' ? attributes : { ...attributes, ...owner };
  return { kind, file: file(content, owned), name: path.slice(path.lastIndexOf('/') + 1) as ByteString };
}

async function directoryTree(path: ByteString, owner: Ownership | 'root', session: Session): Promise<FileTree> {
  const tree = await scanDirectory(path, { run: session.run, note: session.note });
  return mapOwners(tree, owner === 'root' ? { uid: 0, gid: 0 } : owner);
}

/** All that is in a directory, or one file under its own name or the one given. */
async function added({ path, to }: GivenFile, owner: Ownership, session: Session): Promise<AddedTree> {
  if (isDirectoryHere(path)) {
    return { tree: await directoryTree(path, owner, session), ...defined({ at: to }) };
  }
  const added = await givenEntry(path, session);
  const own = path.slice(path.lastIndexOf('/') + 1);
  const place = to === undefined || to.endsWith('/') ? `${to ?? ''}${own}` : to;
  const slash = place.lastIndexOf('/');
  const name = place.slice(slash + 1) as ByteString;
  const tree = new FileTree(directory({ mtime: added.mtime }, [[name, added]]));
  return { tree: mapOwners(tree, owner), at: place.slice(0, Math.max(slash, 0)) as ByteString };
}

/** A file, or the one that symbolic links lead to, with its extended attributes. */
async function givenEntry(path: ByteString, { run, note }: Session): Promise<Node> {
  const { content, ...attributes } = openHostFile(path);
  const real = byteStringOf(realpathSync(pathBuffer(path), 'buffer'));
  const { xattrs } = await scanEntry(real, { run, note });
  return file(content, { ...attributes, xattrs });
}

function replaced({ path, to }: GivenFile): ReplacedFile {
  const { content, ...attributes } = openHostFile(path);
  return { path: to!, file: file(content, attributes) };
}
