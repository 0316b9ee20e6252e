// Runs `isopress diff`: compares two images, directories or archives.

import type { ByteString } from '../../bytes/index.js';
import {
  type DiffReport,
  type DiffSide,
  diffTrees,
  type EntryDifference,
  type FactDifference,
} from '../../diff/index.js';
import { EXIT } from '../../errors.js';
import { inspectImage } from '../../image/index.js';
import { hostKind } from '../../io/index.js';
import { scanDirectory } from '../../source/index.js';
import { directory, FileTree } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import { withAddress, withImage } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { showTime } from '../times.js';

/** Parsed values of the command's options. */
export interface DiffCommandOptions extends SessionOptions {
  readonly exclude: readonly ByteString[];
  readonly filesOnly?: boolean;
}

/** Compares the trees at two addresses. */
export async function diff(a: string, b: string, options: DiffCommandOptions): Promise<void> {
  const session = openSession(options);
  try {
    const { report, lines } = await differences(a, b, options, session);
    process.exitCode = report.equal ? EXIT.done : EXIT.checkFailed;
    session.result('diff', report, lines);
  } finally {
    session.close();
  }
}

/** The report of a comparison, with the two addresses as `a` and `b`, and its text. */
export async function differences(
  a: string,
  b: string,
  { exclude, filesOnly = false }: Pick<DiffCommandOptions, 'exclude' | 'filesOnly'>,
  session: Session,
) {
  const onlyFiles = ({ facts, ...side }: DiffSide): DiffSide => (filesOnly || !facts ? side : { ...side, facts });
  const report = await withSide(a, session, (first) =>
    withSide(b, session, (second) => diffTrees(onlyFiles(first), onlyFiles(second), { exclude, run: session.run })),
  );
  return { report: { a: shownArgument(a), b: shownArgument(b), ...report }, lines: linesOf(report) };
}

/** Opens one side, and closes its file when `use` is done. */
async function withSide<T>(address: string, session: Session, use: (side: DiffSide) => Promise<T>): Promise<T> {
  const path = argumentBytes(address);
  if (hostKind(path) === 'other') {
    const tree = await scanDirectory(path, { run: session.run, note: session.note });
    return use({ tree, form: 'directory' });
  }
  return withAddress(address, { enter: true, note: session.note }, async ({ tree, path: inside, node, form = '' }) => {
    if (inside === '') {
      const facts = await withImage(address, {}, inspectImage);
      return use({ tree, form, facts });
    }
    const name = inside.slice(inside.lastIndexOf('/') + 1) as ByteString;
    return use({ tree: new FileTree(node.kind === 'directory' ? node : directory({}, [[name, node]])), form });
  });
}

function linesOf({ equal, facts, packages = [], entries, counts, compared }: DiffReport): string[] {
  const { removed, added, changed } = counts;
  const differing = `${removed} removed, ${added} added, ${changed} changed`;
  const unequal = entries.length > 0 ? differing : 'the files are equal, the images are not';
  return [
    ...facts.map(factLine),
    ...packages.map(({ name, a, b }) => `package ${name}: ${a ?? 'not installed'} → ${b ?? 'not installed'}`),
    ...entries.map(entryLine),
    `${equal ? 'equal' : unequal}; compared: ${comparedText(compared)}`,
  ];
}

function factLine({ what, a, b }: FactDifference): string {
  return `image ${what}: ${a ?? 'none'} → ${b ?? 'none'}`;
}

const MARKS: Readonly<Record<EntryDifference['change'], string>> = { removed: '-', added: '+', changed: '~' };

function entryLine({ path, change, kind, attributes = [] }: EntryDifference): string {
  const end = kind === 'directory' && path !== '/' ? '/' : '';
  const values = attributes.map(({ name, a, b }) => {
    if (name === 'content') return `content differs (${a})`;
    const show = name === 'mtime' ? timeOf : (value: string) => value;
    return `${name} ${a === undefined ? 'none' : show(a)} → ${b === undefined ? 'none' : show(b)}`;
  });
  return `${MARKS[change]} ${path}${end}${values.length > 0 ? `: ${values.join(', ')}` : ''}`;
}

/** `1767225600.5` in the terms of a calendar. */
function timeOf(text: string): string {
  const [seconds = '', fraction] = text.split('.');
  return `${showTime(Number(seconds))}${fraction === undefined ? '' : `.${fraction}`}`;
}

function comparedText({ time, modes, owners, xattrs, links }: DiffReport['compared']): string {
  return [
    'names, contents',
    ...(time === undefined ? [] : [`times to ${time / 1e9} s`]),
    ...(modes ? ['modes'] : []),
    ...(owners ? ['owners'] : []),
    ...(links ? ['links'] : []),
    ...(xattrs.length > 0 ? ['extended attributes'] : []),
  ].join(', ');
}
