// Rules for new names, derived from the names that a hierarchy has, so that added entries look like their neighbours.

import { type ByteString, byteStringOf, compareBytes } from '../../bytes/index.js';
import {
  compareParts,
  isoNames,
  JOLIET_LENGTH,
  JOLIET_LONG,
  jolietNames,
  keyOf,
  type NameParts,
  type NameScheme,
  type RELAXATIONS,
  uniqueIdentifier,
} from '../../format/iso9660/index.js';
import { encodeCs0, storedNames } from '../../format/udf/index.js';
import type { Folder } from './entries.js';
import type { KeptTree } from './read-hierarchy.js';

type Relaxation = (typeof RELAXATIONS)[number];

/** Longest base and extension of level 1. */
const SHORT_BASE = 8;
const SHORT_EXTENSION = 3;
/** Longest identifier of levels 2 and 3, without its version. */
const LONG = 31;

/** Names of one hierarchy. */
export interface NameRules {
  /** The identifier for a new entry of a directory, different from all others in it. */
  identify(folder: Folder, name: ByteString, isDirectory: boolean): ByteString;
  /** The identifier of a name if no other entry has it. */
  usual(name: ByteString, isDirectory: boolean): ByteString;
  /** The order of records in a directory. */
  compare(a: ByteString, b: ByteString): number;
}

/** The rules of a hierarchy; `isEnhanced` if ISO 9660:1999 shares it. */
export function nameRulesOf(tree: KeptTree, isEnhanced: boolean): NameRules {
  if (tree.kind === 'udf') return UDF_RULES;
  const scheme = tree.kind === 'joliet' ? jolietScheme(tree) : isoScheme(tree, isEnhanced);
  const parts = (identifier: ByteString) => partsOf(identifier, tree.kind === 'joliet');
  return {
    identify: (folder, name, isDirectory) => {
      const taken = folder.taken((identifier) => keyOf(parts(identifier)));
      return scheme.identifier(uniqueIdentifier({ name, isDirectory }, taken, scheme), isDirectory);
    },
    usual: (name, isDirectory) => scheme.identifier(scheme.plain(name, isDirectory), isDirectory),
    compare: (a, b) => (tree.kind === 'joliet' ? compareBytes(a, b) : compareParts(parts(a), parts(b))),
  };
}

/** UDF has nearly all names as they are. Those that have to change differ from all others of their directory. */
const UDF_RULES: NameRules = {
  identify: ({ entries }, name) => udfIdentifier([...entries.map((entry) => entry.name), name]),
  usual: (name) => udfIdentifier([name]),
  compare: compareBytes,
};

function udfIdentifier(names: readonly ByteString[]): ByteString {
  return byteStringOf(encodeCs0(storedNames(names).at(-1)!));
}

/** Identifiers are divided as the scheme divides names. */
function partsOf(identifier: ByteString, isJoliet: boolean): NameParts {
  const text = isJoliet ? units(identifier) : identifier;
  const name = text.replace(/;\d*$/, '');
  const dot = name.lastIndexOf('.');
  return dot <= 0 ? { base: name, extension: '' } : { base: name.slice(0, dot), extension: name.slice(dot + 1) };
}

function units(identifier: ByteString): string {
  let text = '';
  for (let i = 0; i + 1 < identifier.length; i += 2) {
    text += String.fromCharCode(identifier.charCodeAt(i) * 256 + identifier.charCodeAt(i + 1));
  }
  return text;
}

function jolietScheme(tree: KeptTree): NameScheme {
  const files = identifiersOf(tree).map(({ identifier, isFile }) => ({ text: units(identifier), isFile }));
  const isLong = files.some(({ text }) => text.length > JOLIET_LENGTH + 2);
  const scheme = jolietNames(isLong ? JOLIET_LONG : JOLIET_LENGTH);
  const versioned = files.filter(({ isFile }) => isFile);
  if (versioned.length === 0 || !versioned.every(({ text }) => text.endsWith(';1'))) return scheme;
  const version = '\0;\x001';
  return {
    ...scheme,
    identifier: (parts, isDirectory) =>
      `${scheme.identifier(parts, isDirectory)}${isDirectory ? '' : version}` as ByteString,
  };
}

function isoScheme(tree: KeptTree, isEnhanced: boolean): NameScheme {
  const systemUse = tree.kind === 'rock-ridge';
  if (isEnhanced) return isoNames({ level: 4, relax: [], systemUse });
  const all = identifiersOf(tree);
  const names = all.map(({ identifier }) => identifier.replace(/;\d*$/, ''));
  const files = all.filter(({ isFile }) => isFile).map(({ identifier }) => identifier);
  const relax: Relaxation[] = [];
  if (names.some((name) => /[a-z]/.test(name))) relax.push('lowercase');
  if (names.some((name) => /\..*\./.test(name))) relax.push('multiple-dots');
  if (names.some((name) => /[^\w.]/.test(name))) relax.push('ascii');
  if (files.length > 0 && files.every((name) => !/;\d+$/.test(name))) relax.push('omit-version');
  if (files.some((name) => !name.includes('.'))) relax.push('omit-period');
  if (names.some((name) => name.length > LONG)) relax.push('long');
  return isoNames({ level: names.some(isLongName) ? 3 : 1, relax, systemUse });
}

function isLongName(name: string): boolean {
  const { base, extension } = partsOf(name as ByteString, false);
  return base.length > SHORT_BASE || extension.length > SHORT_EXTENSION;
}

function identifiersOf({ folders }: KeptTree): { readonly identifier: ByteString; readonly isFile: boolean }[] {
  return [...folders.values()].flatMap(({ entries }) =>
    entries.map(({ identifier, folder }) => ({ identifier, isFile: folder === undefined })),
  );
}
