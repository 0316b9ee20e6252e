// isopress ls IMAGE [PATH…]

import { Command } from 'commander';
import { type ByteString, displayText, fromText } from '../../bytes/index.js';
import { enterImage, noEntry, type PlaceInside } from '../../image/index.js';
import { FileTree, joinPath, type Node, walk } from '../../tree/index.js';
import { withAddress } from '../inside.js';
import { openSession, type SessionOptions } from '../session.js';
import { addSessionOptions } from '../writer-options.js';

interface LsOptions extends SessionOptions {
  readonly long?: boolean;
  readonly recursive?: boolean;
}

interface Listed {
  readonly path: ByteString;
  readonly node: Node;
}

export function lsCommand(): Command {
  const command = new Command('ls')
    .description('list what is inside of an image, without mounting it')
    .argument('<image>', 'image file; live.iso!/LiveOS/squashfs.img goes inside, disk.img!#1 into a partition')
    .argument('[path...]', 'entries to list (default: those of the top directory)')
    .option('-l, --long', 'modes, owners, sizes, times, and where links lead')
    .option('-R, --recursive', 'directories with all that is in them');
  return addSessionOptions(command).action(async (image: string, paths: string[], options: LsOptions) => {
    const session = openSession(options);
    try {
      const entries = await withAddress(image, async (found) => {
        const place = await enterImage(found);
        const asked = paths.length > 0 ? paths.map((path) => fromText(path)) : [place.path];
        return asked.flatMap((path) => [...listed(place, path, options.recursive ?? false)]);
      });
      const line = options.long ? longLine : ({ path }: Listed) => displayText(path);
      session.result({ image, entries: entries.map(factsOf) }, entries.map(line));
    } finally {
      session.close();
    }
  });
}

/** A directory's entries, or the entry itself. */
function* listed({ tree }: PlaceInside, asked: ByteString, recursive: boolean): Generator<Listed> {
  const path = asked.replace(/^\/+|\/+$/g, '') as ByteString;
  const node = tree.get(path);
  if (!node) throw noEntry(asked);
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
