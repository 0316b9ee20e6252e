// The labels of paths: the rules of a file_contexts file (selabel_file(5)). Its expressions come from the root tree: they are matched
// by RE2, whose work is proportional to the length of a path, and not by an engine that tries one way after the other.

import { RE2JS } from 're2js';
import { type ByteString, blankSeparated, fromText } from '../../bytes/index.js';
import { InvalidInputError } from '../../errors.js';
import type { Node } from '../../tree/index.js';

/** Labels by path; undefined: none. */
export interface FileContexts {
  /** `path` with leading slash. */
  label(path: ByteString, kind: Node['kind']): ByteString | undefined;
}

interface Rule {
  /** Later rules take precedence over earlier ones, exact paths over patterns. */
  readonly order: number;
  /** The start of every matching path. */
  readonly prefix: string;
  /** Whether a path matches; undefined: the prefix is the path. */
  readonly matches: ((path: string) => boolean) | undefined;
  readonly kind: Node['kind'] | undefined;
  /** Undefined: matching paths get no label. */
  readonly context: ByteString | undefined;
}

const KINDS: Readonly<Record<string, Node['kind']>> = {
  '--': 'file',
  '-d': 'directory',
  '-l': 'symlink',
  '-c': 'character-device',
  '-b': 'block-device',
  '-p': 'fifo',
  '-s': 'socket',
};
const NONE = '<<none>>';
/** The longest path of Linux: with it the label of a longer one cannot be set either. */
const LONGEST_PATH = 4096;
const META = /[.^$?*+|[({\\]/;

/** A file of rules, and its name for messages. */
export interface ContextsFile {
  readonly path: string;
  readonly text: string;
}

/** Replacements of leading directories: `/lib64 /lib`. */
export type Substitutions = readonly (readonly [from: string, to: string])[];

/**
 * The rules of several files; later files take precedence. Each list of substitutions is applied in turn, its
 * first match once. Throws {@link InvalidInputError} `live.file-contexts` for a line that is not a rule.
 */
export function readContexts(
  files: readonly ContextsFile[],
  substitutions: readonly Substitutions[] = [],
): FileContexts {
  const rules = inOrder(files.flatMap(readRules));
  const byDirectory = new Map<string, Rule[]>();
  for (const rule of rules) {
    const directory = rule.prefix.slice(0, rule.prefix.lastIndexOf('/') + 1);
    const others = byDirectory.get(directory);
    if (others) others.push(rule);
    else byDirectory.set(directory, [rule]);
  }
  const deepest = Math.max(0, ...[...byDirectory.keys()].map((directory) => directory.length));
  /** Rules that may match in a directory, highest precedence first: all entries of a directory share them. */
  const candidates = new Map<string, readonly Rule[]>();
  const candidatesIn = (directory: string): readonly Rule[] => {
    const known = candidates.get(directory);
    if (known) return known;
    const found: Rule[] = [...(byDirectory.get('') ?? [])];
    for (let end = directory.indexOf('/'); end >= 0; end = directory.indexOf('/', end + 1)) {
      found.push(...(byDirectory.get(directory.slice(0, end + 1)) ?? []));
    }
    found.sort((a, b) => b.order - a.order);
    candidates.set(directory, found);
    return found;
  };
  return {
    label: (path, kind) => {
      const key = substitutions.reduce(substituted, path as string);
      if (key.length > LONGEST_PATH) return undefined;
      for (const rule of candidatesIn(key.slice(0, key.lastIndexOf('/', deepest) + 1))) {
        if (rule.kind !== undefined && rule.kind !== kind) continue;
        const isMatch = rule.matches ? key.startsWith(rule.prefix) && rule.matches(key) : key === rule.prefix;
        if (isMatch) return rule.context;
      }
      return undefined;
    },
  };
}

function substituted(path: string, list: Substitutions): string {
  for (const [from, to] of list) {
    if (path === from || path.startsWith(`${from}/`)) return to + path.slice(from.length);
  }
  return path;
}

/** Patterns in the order of their lines, then exact paths in the order of theirs. */
function inOrder(rules: readonly Rule[]): Rule[] {
  const patterns = rules.filter(({ matches }) => matches !== undefined);
  const exact = rules.filter(({ matches }) => matches === undefined);
  return [...patterns, ...exact].map((rule, order) => ({ ...rule, order }));
}

function readRules({ path, text }: ContextsFile): Rule[] {
  return text.split('\n').flatMap((line, i) => {
    const words = blankSeparated(line as ByteString);
    if (words.length === 0 || words[0]!.startsWith('#')) return [];
    const [expression = '', second = '', third] = words;
    const kind = Object.hasOwn(KINDS, second) ? KINDS[second] : undefined;
    const context = kind === undefined ? second : (third ?? '');
    if (context === '' || words.length > (kind === undefined ? 2 : 3)) {
      throw badRule(path, i + 1, 'A rule is an expression, perhaps a file type, and a context.');
    }
    return [ruleOf(expression, kind, context, path, i + 1)];
  });
}

function ruleOf(expression: string, kind: Rule['kind'], context: string, path: string, line: number): Rule {
  const shared = { order: 0, kind, context: context === NONE ? undefined : fromText(context) };
  if (!META.test(expression.replace(/\\([^a-zA-Z0-9])/g, ''))) {
    return { ...shared, prefix: expression.replace(/\\(.)/g, '$1'), matches: undefined };
  }
  try {
    // Only reads it, which is faster than to compile it: most rules of a policy are about packages that a tree does not have.
    new RegExp(expression);
  } catch (error) {
    throw badRule(path, line, `${expression} is not a regular expression: ${(error as Error).message}.`);
  }
  let compiled: RE2JS | undefined;
  const matches = (key: string) => {
    compiled ??= compile(expression, path, line);
    return compiled.testExact(key);
  };
  return { ...shared, prefix: literalPrefix(expression), matches };
}

function compile(expression: string, path: string, line: number): RE2JS {
  try {
    return RE2JS.compile(expression, RE2JS.DOTALL);
  } catch (error) {
    const message = `${expression} cannot be matched in bounded time: ${(error as Error).message}.`;
    throw badRule(path, line, `${message} Assertions about other text and references to groups are not supported.`);
  }
}

/** The literal characters at the start of an expression. */
function literalPrefix(expression: string): string {
  if (expression.includes('|') && !expression.includes('(')) return '';
  let prefix = '';
  for (let i = 0; i < expression.length; i++) {
    let character = expression[i]!;
    if (character === '\\') {
      character = expression[++i] ?? '';
      if (/[a-zA-Z0-9]/.test(character)) break;
    } else if (META.test(character)) break;
    // A character that may be absent is not part of it.
    if (/[?*{]/.test(expression[i + 1] ?? '')) break;
    prefix += character;
  }
  return prefix;
}

function badRule(path: string, line: number, message: string): InvalidInputError {
  return new InvalidInputError('live.file-contexts', message, { path, line });
}
