// mkisofs's options as values of `isopress iso`.

import type { Command } from 'commander';
import { type ByteString, byteStringOf, fromText, withoutEnd } from '../../bytes/index.js';
import { type MkisofsOptions, parseMkisofsOptions } from '../../disc/index.js';
import type { OwnWords } from '../../options/index.js';
import { pathspecsOf } from '../graft.js';
import { readInput } from '../input.js';
import { readWeightRules } from '../iso-options.js';
import { trimmed } from '../patterns.js';
import { type ClassicValues, ownWordsOf } from './reader.js';

/** Reads what mkisofs knows from the words after `isopress iso`. */
export function classicIso(command: Command, words: readonly string[]): ClassicValues {
  const own = ownWordsOf(command);
  const parsed = parseMkisofsOptions(words, own);
  const { operands, others } = divided(parsed.rest, own);
  // Several sources need `-o`: with two operands the second is the image, and more of them are a slip.
  if (parsed.output === undefined && operands.length !== 2) return { words, values: {} };
  const image = parsed.output ?? operands.pop();
  const { source, base, grafts } = pathspecsOf(operands, parsed.graftPoints);
  const places = [source, image].filter((path) => path !== undefined);
  return {
    words: [...others, ...places],
    values: { ...discValues(parsed), ...treeValues(parsed, source), graftBase: base, grafts, spelled: parsed.spelled },
  };
}

function discValues({ disc, files }: MkisofsOptions) {
  const { level, partitionOffset, padBlocks, boot, hide: _, ...values } = disc;
  const { catalogPath, ...entries } = boot;
  const boots = boot.bios !== undefined || (boot.entries ?? []).length > 0;
  return {
    ...values,
    level: level === undefined ? undefined : String(level),
    partitionOffset: partitionOffset === undefined ? undefined : String(partitionOffset),
    pad: padBlocks,
    bootCatalog: catalogPath,
    classicBoot: boots || files.appendedEsp !== undefined ? entries : undefined,
    mbr: files.mbr,
    appendEsp: files.appendedEsp,
  };
}

function treeValues({ disc, files, exclude, rational, duplicatesOnce, quiet }: MkisofsOptions, source = '') {
  const listed = files.excludeFrom.flatMap(linesOf);
  const hidden = files.hideFrom.flatMap(({ path, from }) => linesOf(path).map((pattern) => ({ pattern, from })));
  const catalog = disc.boot.catalogPath;
  // An extracted disc has the catalog of its boot images, in whose place the new one comes.
  const replaced = catalog === undefined ? [] : [fromText(`/${catalog.replace(/[\\*?[\]]/g, '\\$&')}`)];
  const excluded = [...exclude.map(fromText), ...listed].map((path) => insidePath(path, source));
  const hide = [...(disc.hide ?? []), ...hidden].map((rule) => ({
    ...rule,
    pattern: insidePath(rule.pattern, source),
  }));
  return {
    exclude: [...excluded, ...replaced],
    hide,
    sort: files.sort === undefined ? undefined : readWeightRules(files.sort),
    rational: rational || undefined,
    duplicatesOnce: duplicatesOnce || undefined,
    quiet: quiet || undefined,
  };
}

/** Paths of mkisofs begin with the source as it was named; globs without a slash match names at any depth. */
function insidePath(pattern: ByteString, source: string): ByteString {
  const top = fromText(`${withoutEnd(source, '/')}/`);
  return source !== '' && pattern.startsWith(top) ? (`/${pattern.slice(top.length)}` as ByteString) : pattern;
}

function linesOf(path: string): ByteString[] {
  const lines = byteStringOf(readInput(path)).split('\n');
  return lines.map((line) => trimmed(line)).filter((line) => line !== '');
}

/** Operands apart from options that only isopress has. */
function divided(rest: readonly string[], own: OwnWords): { operands: string[]; others: string[] } {
  const operands: string[] = [];
  const others: string[] = [];
  for (let at = 0; at < rest.length; ) {
    const word = rest[at]!;
    const count = own(word, rest[at + 1]);
    if (count > 0) others.push(...rest.slice(at, at + count));
    else (word !== '-' && word.startsWith('-') ? others : operands).push(word);
    at += Math.max(count, 1);
  }
  return { operands, others };
}
