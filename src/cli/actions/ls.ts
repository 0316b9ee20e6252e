// Runs `isopress ls`: lists files in an image.

import { type ByteString, displayText } from '../../bytes/index.js';
import { enterImage, lookUp, type PlaceInside } from '../../image/index.js';
import { faultOfContent } from '../../io/index.js';
import { FileTree, joinPath, type Node, walk } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import type { ImageOptions } from '../image-options.js';
import { withAddress } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';

/** Parsed values of the command's options. */
export interface LsCommandOptions extends SessionOptions, ImageOptions {
  readonly long?: boolean;
  readonly recursive?: boolean;
}

interface Listed {
  readonly path: ByteString;
  readonly node: Node;
}

/** Lists the entries at `paths`, or those of the place that the image argument leads to. */
export async function ls(image: string, paths: readonly string[], options: LsCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    const entries = await withAddress(image, { ...options, note: session.note }, async (found) => {
      const place = await enterImage(found);
      const asked = paths.length > 0 ? paths.map(argumentBytes) : [place.path];
      return asked.flatMap((path) => [...listed(place, path, options.recursive ?? false)]);
    });
    noteFaults(entries, session);
    const line = options.long ? longLine : ({ path }: Listed) => displayText(path);
    session.result('ls', { image: shownArgument(image), entries: entries.map(factsOf) }, entries.map(line));
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

/** A directory's entries, or the entry itself. */
function* listed({ tree }: PlaceInside, asked: ByteString, recursive: boolean): Generator<Listed> {
  const { path, node } = lookUp(tree, asked, 'keep');
  if (node.kind !== 'directory') yield { path, node };
  else if (recursive) {
    for (const visit of walk(new FileTree(node))) {
      if (visit.path !== '') yield { path: joinPath(path, visit.path), node: visit.node };
    }
  } else for (const [name, child] of node.entries) yield { path: joinPath(path, name), node: child };
}

const LETTERS: Readonly<Record<Node['kind'], string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  'block-device': 'b',
  'character-device': 'c',
  fifo: 'p',
  socket: 's',
};

/** As `ls -l` shows it, times in UTC. */
function longLine({ path, node }: Listed): string {
  const columns = [
    LETTERS[node.kind] + modeText(node.mode) + (node.xattrs.length > 0 ? '+' : ' '),
    `${node.uid}`.padStart(5),
    `${node.gid}`.padStart(5),
    sizeText(node).padStart(11),
    timeText(node).slice(0, 19),
  ];
  const target = node.kind === 'symlink' ? ` -> ${displayText(node.target)}` : '';
  return `${columns.join(' ')} ${displayText(path)}${target}`;
}

/** `rwxr-sr-t` */
function modeText(mode: number): string {
  const bits = (shift: number, special: number, letters: string) => {
    const execute = (mode >> shift) & 1;
    const last = mode & special ? letters[execute] : execute ? 'x' : '-';
    return ((mode >> (shift + 2)) & 1 ? 'r' : '-') + ((mode >> (shift + 1)) & 1 ? 'w' : '-') + last;
  };
  return bits(6, 0o4000, 'Ss') + bits(3, 0o2000, 'Ss') + bits(0, 0o1000, 'Tt');
}

function sizeText(node: Node): string {
  if (node.kind === 'file') return `${node.content.size}`;
  if (node.kind === 'block-device' || node.kind === 'character-device') return `${node.major}, ${node.minor}`;
  return node.kind === 'symlink' ? `${node.target.length}` : '-';
}

function timeText({ mtime }: Node): string {
  const date = new Date(mtime.seconds * 1000);
  return Number.isNaN(date.getTime()) ? `${mtime.seconds}` : date.toISOString().replace(/^\+0*/, '').replace('T', ' ');
}

function factsOf({ path, node }: Listed): object {
  const { kind, mode, uid, gid, mtime, xattrs } = node;
  return {
    path: displayText(path),
    kind,
    mode: mode.toString(8).padStart(4, '0'),
    uid,
    gid,
    mtime,
    ...(kind === 'file' ? { size: node.content.size } : {}),
    ...(kind === 'symlink' ? { target: displayText(node.target) } : {}),
    ...('major' in node && kind.endsWith('device') ? { device: [node.major, node.minor] } : {}),
    ...(xattrs.length > 0 ? { xattrs: xattrs.map(({ name }) => displayText(name)) } : {}),
  };
}
