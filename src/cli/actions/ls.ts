// Runs `isopress ls`: lists files in an image.

import { type ByteString, displayText } from '../../bytes/index.js';
import type { PlaceInside } from '../../image/index.js';
import { faultOfContent, type Spool } from '../../io/index.js';
import { type FileTree, hardLinkCounts, type Node } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withAddress } from '../inside.js';
import { type Listed, type ListingOptions, listEntries, nested } from '../listing/entries.js';
import { attributeLines, type LongOptions, linkCount, longLines } from '../listing/long.js';
import { openSession, type Session, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export interface LsCommandOptions extends SessionOptions, ImageOptions, ListingOptions, LongOptions {
  readonly long?: boolean;
  readonly tree?: boolean;
  readonly xattrs?: boolean;
}

/** Lists the entries at `paths`, or those of the place that the image argument leads to. */
export async function ls(image: string, paths: readonly string[], options: LsCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    await withAddress(image, { ...options, enter: true, note: session.note }, async (place, spool) => {
      const asked = paths.map(argumentBytes);
      if (options.tree) return drawTree({ place, asked, spool }, options, session, image);
      const entries = await listEntries(place, asked, options, spool);
      noteFaults(entries, session);
      const lines = await linesOf(entries, options);
      session.result('ls', { image: shownArgument(image), entries: reported(entries) }, lines);
    });
  } finally {
    session.close();
  }
}

const MOST_FAULTS = 5;

/** Files whose bytes cannot be read are listed, and not passed over in silence. */
function noteFaults(entries: readonly Listed[], { note }: Pick<Session, 'note'>): void {
  const faults = entries.flatMap(({ node }) => (node.kind === 'file' ? (faultOfContent(node.content) ?? []) : []));
  for (const { message } of faults.slice(0, MOST_FAULTS)) note(message);
  if (faults.length > MOST_FAULTS) note(`${faults.length - MOST_FAULTS} more files cannot be read.`);
}

/** Text of the entries; `-Z`, `-n` and `-h` say something about long lines only. */
async function linesOf(entries: readonly Listed[], options: LsCommandOptions): Promise<string[]> {
  const isLong = options.long || options.context || options.numeric;
  const lines = isLong ? await longLines(entries, options) : entries.map(({ path }) => displayText(path) || '.');
  if (!options.xattrs) return lines;
  return lines.flatMap((line, index) => [line, ...attributeLines(entries[index]!.node)]);
}

/** The names below each place, after lines that lead to them. */
async function drawTree(
  { place, asked, spool }: { place: PlaceInside; asked: readonly ByteString[]; spool: Spool },
  options: LsCommandOptions,
  session: Session,
  image: string,
): Promise<void> {
  const tops = asked.length === 0 ? [place] : await listEntries(place, asked, { directory: true }, spool);
  const lines: string[] = [];
  const entries: Listed[] = [];
  for (const top of tops) {
    lines.push(displayText(top.path) || '.');
    for (const entry of nested(top, options)) {
      entries.push(entry);
      lines.push(`${branches(entry.last)}${nameOf(entry)}`);
    }
  }
  noteFaults(entries, session);
  session.result('ls', { image: shownArgument(image), entries: reported(entries) }, lines);
}

function branches(last: readonly boolean[]): string {
  const above = last.slice(0, -1).map((isLast) => (isLast ? '    ' : '│   '));
  return `${above.join('')}${last.at(-1) ? '└── ' : '├── '}`;
}

function nameOf({ path, node }: Listed): string {
  const name = displayText(path.slice(path.lastIndexOf('/') + 1) as typeof path);
  if (node.kind === 'symlink') return `${name} -> ${displayText(node.target)}`;
  return node.kind === 'directory' ? `${name}/` : name;
}

function reported(entries: readonly Listed[]): object[] {
  const links = new Map<FileTree, ReadonlyMap<Node, number>>();
  return entries.map((entry) => {
    const known = links.get(entry.tree) ?? hardLinkCounts(entry.tree);
    links.set(entry.tree, known);
    return factsOf(entry, known);
  });
}

function factsOf({ path, node }: Listed, links: ReadonlyMap<Node, number>): object {
  const { kind, mode, uid, gid, mtime, xattrs } = node;
  return {
    path: displayText(path),
    kind,
    mode: mode.toString(8).padStart(4, '0'),
    links: linkCount(node, links),
    uid,
    gid,
    mtime,
    ...(kind === 'file' ? { size: node.content.size } : {}),
    ...(kind === 'symlink' ? { target: displayText(node.target) } : {}),
    ...('major' in node && kind.endsWith('device') ? { device: [node.major, node.minor] } : {}),
    ...(xattrs.length > 0 ? { xattrs: xattrs.map(({ name }) => displayText(name)) } : {}),
  };
}
