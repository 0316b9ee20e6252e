// Lines of a long listing, as `ls -l` shows entries; times are in UTC.

import { byteStringOf, displayText, withoutEnd } from '../../bytes/index.js';
import { type FileTree, hardLinkCounts, type Node, type Xattr } from '../../tree/index.js';
import { showTime } from '../times.js';
import { type Listed, sizeOf } from './entries.js';
import { type OwnerTexts, ownersOf } from './owners.js';

/** Choices for the lines. */
export interface LongOptions {
  /** Sizes with units. */
  readonly humanReadable?: boolean;
  /** Numbers of users and groups. */
  readonly numeric?: boolean;
  /** The column of the SELinux label. */
  readonly context?: boolean;
}

/** Facts of a tree that its lines need. */
interface TreeFacts {
  readonly owners: OwnerTexts;
  readonly links: ReadonlyMap<Node, number>;
}

/** One line for each entry, in columns. */
export async function longLines(entries: readonly Listed[], options: LongOptions): Promise<string[]> {
  const facts = new Map<FileTree, TreeFacts>();
  const rows: string[][] = [];
  for (const { tree, path, node } of entries) {
    let known = facts.get(tree);
    if (!known) {
      const owners = options.numeric ? { users: new Map(), groups: new Map() } : await ownersOf(tree);
      known = { owners, links: hardLinkCounts(tree) };
      facts.set(tree, known);
    }
    const target = node.kind === 'symlink' ? ` -> ${displayText(node.target)}` : '';
    rows.push([...columnsOf(node, known, options), `${displayText(path) || '.'}${target}`]);
  }
  return aligned(rows, options);
}

/** Numbers are aligned to the right, texts to the left; the name is last. */
function aligned(rows: readonly string[][], { numeric }: LongOptions): string[] {
  const widths = (rows[0] ?? []).map((_, column) => rows.reduce((most, row) => Math.max(most, row[column]!.length), 0));
  const toLeft = (column: number) => column === 0 || (!numeric && (column === 2 || column === 3)) || column > 4;
  return rows.map((row) => {
    const columns = row.slice(0, -1).map((text, column) => {
      return toLeft(column) ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
    });
    return `${columns.join(' ')} ${row.at(-1)}`;
  });
}

function columnsOf(node: Node, { owners, links }: TreeFacts, options: LongOptions): string[] {
  return [
    LETTERS[node.kind] + modeText(node.mode) + mark(node.xattrs),
    `${linkCount(node, links)}`,
    owners.users.get(node.uid) ?? `${node.uid}`,
    owners.groups.get(node.gid) ?? `${node.gid}`,
    sizeText(node, options),
    ...(options.context ? [label(node.xattrs)] : []),
    showTime(node.mtime.seconds),
  ];
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

/** `rwxr-sr-t` */
function modeText(mode: number): string {
  const bits = (shift: number, special: number, letters: string) => {
    const execute = (mode >> shift) & 1;
    const last = mode & special ? letters[execute] : execute ? 'x' : '-';
    return ((mode >> (shift + 2)) & 1 ? 'r' : '-') + ((mode >> (shift + 1)) & 1 ? 'w' : '-') + last;
  };
  return bits(6, 0o4000, 'Ss') + bits(3, 0o2000, 'Ss') + bits(0, 0o1000, 'Tt');
}

const SELINUX = 'security.selinux';

/** `+` for an access list, `@` for other attributes, `.` for a label alone. */
function mark(xattrs: readonly Xattr[]): string {
  if (xattrs.some(({ name }) => name.startsWith('system.posix_acl_'))) return '+';
  if (xattrs.some(({ name }) => name !== SELINUX)) return '@';
  return xattrs.length > 0 ? '.' : ' ';
}

/** `?` without one, as `ls -Z` has it. */
function label(xattrs: readonly Xattr[]): string {
  const value = xattrs.find(({ name }) => name === SELINUX)?.value;
  if (!value) return '?';
  return displayText(withoutEnd(byteStringOf(value), '\0'));
}

/** Names of an entry; a directory has one more, and one for each directory in it. */
export function linkCount(node: Node, links: ReadonlyMap<Node, number>): number {
  if (node.kind !== 'directory') return links.get(node) ?? 1;
  let count = 2;
  for (const child of node.entries.values()) if (child.kind === 'directory') count++;
  return count;
}

function sizeText(node: Node, { humanReadable }: LongOptions): string {
  if (node.kind === 'block-device' || node.kind === 'character-device') return `${node.major}, ${node.minor}`;
  if (node.kind !== 'file' && node.kind !== 'symlink') return '-';
  return humanReadable ? shortSize(sizeOf(node)) : `${sizeOf(node)}`;
}

/** As `ls -h` rounds: upwards, to one decimal place below 10. */
function shortSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  if (unit === 0) return `${bytes}`;
  const tenths = Math.ceil(value * 10) / 10;
  if (tenths < 10) return `${tenths.toFixed(1)}${UNITS[unit]}`;
  const whole = Math.ceil(value);
  return whole === 1024 && unit < UNITS.length - 1 ? `1.0${UNITS[unit + 1]}` : `${whole}${UNITS[unit]}`;
}

const UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/** Attributes with their values, as getfattr(1) writes them: text in quotes, other bytes in hexadecimal. */
export function attributeLines(node: Node): string[] {
  return node.xattrs.map(({ name, value }) => `    ${displayText(name)}=${valueText(value)}`);
}

function valueText(value: Uint8Array): string {
  const bytes = Buffer.from(value);
  const text = bytes.toString('latin1').replace(/\0$/, '');
  if (/^[\x20-\x7e]*$/.test(text)) return `"${text.replace(/["\\]/g, '\\$&')}"`;
  return `0x${bytes.toString('hex')}`;
}
