// Rock Ridge (RRIP 1.10 "RRIP_1991A" and 1.12 "IEEE_P1282"): POSIX names, owners, modes, times, links and devices.

import { type ByteString, bytesOf } from '../../bytes/index.js';
import type { Content } from '../../io/index.js';
import { type Node, TYPE_BITS } from '../../tree/index.js';
import { writeShortDate } from './date.js';
import type { FieldRun } from './field-run.js';
import { erField, suspField } from './susp.js';

/** Versions of the Rock Ridge Interchange Protocol: 1.10 as genisoimage and xorriso write it, 1.12 with inode numbers. */
export type RockRidgeVersion = '1.10' | '1.12';

/** Most data bytes of one field: the length byte counts a head of four or five bytes too. */
const NM_ROOM = 250;
const SL_ROOM = 250;
const TF_LENGTH = 26;
const PN_LENGTH = 20;
const CONTINUES = 1;

/** TF flags: modification, access and attribute change, in the 7-byte form. */
const TF_FLAGS = 0x0e;

/** Values of PX that are not in the node. */
export interface LinkFacts {
  /** How many names the node has; for a directory 2 and its subdirectories. */
  readonly links: number;
  /** Serial number of the inode, the same for every name of one file. Used by 1.12. */
  readonly serial: number;
}

/** Adds PX, TF, NM, SL and PN of one entry; `name` is absent for "." and "..". */
export function addEntryFields(
  run: FieldRun,
  node: Node<Content>,
  name: ByteString | undefined,
  facts: LinkFacts,
  version: RockRidgeVersion,
): void {
  addPx(run, node, facts, version);
  addTf(run, node);
  if (name !== undefined) addNames(run, name);
  if (name !== undefined && node.kind === 'symlink') for (const field of linkFields(node.target)) run.append(field);
  if (node.kind === 'block-device' || node.kind === 'character-device') addPn(run, node.major, node.minor);
}

/** The ER field that announces the version, with the texts the specification prescribes. */
export function rockRidgeExtension(version: RockRidgeVersion): Uint8Array {
  if (version === '1.12') {
    return erField(
      'IEEE_P1282',
      'THE IEEE P1282 PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
      'PLEASE CONTACT THE IEEE STANDARDS DEPARTMENT, PISCATAWAY, NJ, USA FOR THE P1282 SPECIFICATION.',
    );
  }
  return erField(
    'RRIP_1991A',
    'THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS',
    'PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.',
  );
}

function pxLength(version: RockRidgeVersion): number {
  return version === '1.12' ? 44 : 36;
}

function addPx(run: FieldRun, node: Node<Content>, { links, serial }: LinkFacts, version: RockRidgeVersion): void {
  const at = run.begin('PX', pxLength(version));
  bothEndian(run.view, at, TYPE_BITS[node.kind] | node.mode);
  bothEndian(run.view, at + 8, links);
  bothEndian(run.view, at + 16, node.uid);
  bothEndian(run.view, at + 24, node.gid);
  if (version === '1.12') bothEndian(run.view, at + 32, serial);
}

function addTf(run: FieldRun, node: Node<Content>): void {
  const at = run.begin('TF', TF_LENGTH);
  run.view.setUint8(at, TF_FLAGS);
  // A tree has one time per entry; readers expect three.
  writeShortDate(run.view, at + 1, node.mtime);
  for (let i = 0; i < 14; i++) run.view.setUint8(at + 8 + i, run.view.getUint8(at + 1 + i));
}

/**
 * The device number. Up to 255 minors it fits the classic 16 + 8 bits in the low half, which all readers agree on. Above,
 * Linux takes the halves as major and minor, others as one 64-bit number; Linux is the one that mounts.
 */
function addPn(run: FieldRun, major: number, minor: number): void {
  const at = run.begin('PN', PN_LENGTH);
  const [high, low] = minor > 0xff ? [major, minor] : [0, major * 256 + minor];
  bothEndian(run.view, at, high!);
  bothEndian(run.view, at + 8, low!);
}

function addNames(run: FieldRun, name: ByteString): void {
  for (let done = 0; done < name.length; ) {
    const length = Math.min(name.length - done, NM_ROOM);
    const at = run.begin('NM', 5 + length);
    run.view.setUint8(at, done + length < name.length ? CONTINUES : 0);
    for (let i = 0; i < length; i++) run.view.setUint8(at + 1 + i, name.charCodeAt(done + i));
    done += length;
  }
}

const COMPONENT_CURRENT = 2;
const COMPONENT_PARENT = 4;
const COMPONENT_ROOT = 8;
/** Flags and length of a component record. */
const COMPONENT_HEAD = 2;
/** Bytes that the start of a component takes at least. */
const SHORTEST_START = COMPONENT_HEAD + 1;

/** The target cut into component records of flags, length and bytes, gathered into SL fields. */
function linkFields(target: ByteString): Uint8Array[] {
  const areas: number[][] = [[]];
  const list = components(target);
  for (const [i, component] of list.entries()) appendComponent(component, i === list.length - 1, areas);
  return areas.map((area, i) => suspField('SL', Uint8Array.of(i < areas.length - 1 ? CONTINUES : 0, ...area)));
}

/**
 * Adds a component to the last field, or across fields. A field that is followed by another ends inside a component:
 * libarchive (3.7.4) forgets the slash between two components that are in different fields. So a whole component goes into a
 * field only if the next one can start there too. A root component brings its slash with it and may end a field.
 */
function appendComponent({ flags, name }: Component, isLast: boolean, areas: number[][]): void {
  const whole = [flags, ...(flags === 0 ? [name.length, ...bytesOf(name)] : [0])];
  const isRoot = flags === COMPONENT_ROOT;
  const needed = whole.length + (isLast || isRoot ? 0 : SHORTEST_START);
  // Only a root component leaves less space than this.
  if (SL_ROOM - areas.at(-1)!.length < (isRoot ? COMPONENT_HEAD : SHORTEST_START)) areas.push([]);
  const area = areas.at(-1)!;
  if (area.length + needed <= SL_ROOM) area.push(...whole);
  else appendCut(bytesOf(name), isLast, areas);
}

/** A component in several parts; "." and ".." are cut as names are, since their own records have no parts. */
function appendCut(name: Uint8Array, isLast: boolean, areas: number[][]): void {
  let at = 0;
  while (true) {
    const area = areas.at(-1)!;
    const left = SL_ROOM - area.length - COMPONENT_HEAD;
    const rest = name.length - at;
    if (at > 0 && rest + (isLast ? 0 : SHORTEST_START) <= left) {
      area.push(0, rest, ...name.subarray(at));
      return;
    }
    // One byte is kept for the next field if there are two; the rest of a name of one byte is empty.
    const take = Math.min(left, Math.max(rest - 1, 1));
    area.push(CONTINUES, take, ...name.subarray(at, at + take));
    at += take;
    areas.push([]);
  }
}

interface Component {
  readonly flags: number;
  readonly name: ByteString;
}

/**
 * The target as components. A further slash in a row is written as another root component: that is how Linux and libisofs
 * keep it. A slash at the end becomes an empty component, which Linux shows and others drop.
 */
function components(target: ByteString): Component[] {
  const names = target.split('/');
  const list = names.map((name, i): Component => {
    const isLast = i === names.length - 1;
    const flags = name === '' && !isLast ? COMPONENT_ROOT : specialFlag(name);
    return { flags, name: name as ByteString };
  });
  const last = list.at(-1)!;
  const endsInRoot = last.flags === 0 && last.name === '' && list.at(-2)?.flags === COMPONENT_ROOT;
  return endsInRoot ? list.slice(0, -1) : list;
}

function specialFlag(name: string): number {
  if (name === '.') return COMPONENT_CURRENT;
  return name === '..' ? COMPONENT_PARENT : 0;
}

function bothEndian(view: DataView, at: number, value: number): void {
  view.setUint32(at, value, true);
  view.setUint32(at + 4, value, false);
}
