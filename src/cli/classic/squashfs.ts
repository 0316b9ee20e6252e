// mksquashfs's options as values of `isopress squashfs`.

import type { Command } from 'commander';
import { byteStringOf, defined, timestamp } from '../../bytes/index.js';
import {
  excludeLines,
  excludesOf,
  MKSQUASHFS,
  type MksquashfsOptions,
  parseMksquashfsOptions,
} from '../../format/squashfs/index.js';
import { refuseOptions } from '../../options/index.js';
import type { ManifestEntry } from '../../tree/index.js';
import { argumentBytes } from '../argument-bytes.js';
import { readInput } from '../input.js';
import { pseudoDefinitionOf, pseudoFileOf } from '../manifest-options.js';
import { sortRulesOf } from '../squashfs-options.js';
import { type ClassicValues, ownWordsOf } from './reader.js';

/** Reads what mksquashfs knows from the words after `isopress squashfs`. */
export function classicSquashfs(command: Command, words: readonly string[]): ClassicValues {
  const own = ownWordsOf(command);
  const parsed = parseMksquashfsOptions(words, own);
  refuseOptions(MKSQUASHFS, parsed.refused);
  const { run, rest } = parsed;
  const source = firstOperand(rest, own) ?? '';
  const asks = run.asks === undefined ? [] : [`--${run.asks}`];
  return { words: [...rest, ...asks], values: { ...imageValues(parsed), ...treeValues(parsed, source) } };
}

function imageValues({ image, compression, dictionaryPercent, run }: MksquashfsOptions) {
  return {
    blockSize: image.blockSize,
    fragments: image.fragments,
    tailends: image.tailPacking,
    sparse: image.sparse,
    export: image.exportTable,
    uncompressed: image.stored,
    pad: image.padTo,
    offset: image.offset,
    compression: compression.name,
    level: compression.level === undefined ? undefined : { level: compression.level },
    bcj: compression.bcj,
    dictSize: compression.dictionarySize,
    dictPercent: dictionaryPercent,
    windowSize: compression.windowBits,
    strategies: compression.strategies,
    jobs: run.jobs,
    quiet: run.quiet,
    progress: run.progress,
  };
}

function treeValues({ tree }: MksquashfsOptions, source: string) {
  const { uid, gid, allTime, root, wildcards } = tree;
  const listed = tree.excludeFiles.flatMap((path) => excludeLines(byteStringOf(readInput(path))));
  const paths = [...tree.exclude.map(argumentBytes), ...listed];
  const exclude = paths.flatMap((path) => excludesOf(path, argumentBytes(source), wildcards));
  const forced = defined({ uid, gid, mtime: allTime === undefined ? undefined : timestamp(allTime) });
  // Forced attributes apply to entries of definitions too.
  const force = (entry: ManifestEntry) => ({ ...entry, attributes: { ...entry.attributes, ...forced } });
  const pseudo = tree.pseudo.flatMap((definition) => pseudoDefinitionOf(definition)).map(force);
  const pseudoFile = tree.pseudoFiles.flatMap((path) => pseudoFileOf(path)).map(force);
  return {
    duplicates: tree.duplicates,
    xattrs: tree.xattrs,
    ignoreZeros: tree.ignoreZeros,
    xattrsInclude: tree.xattrsInclude === undefined ? undefined : new RegExp(tree.xattrsInclude),
    xattrsExclude: tree.xattrsExclude === undefined ? undefined : new RegExp(tree.xattrsExclude),
    forceUid: uid,
    forceGid: gid,
    allTime,
    epoch: tree.epoch,
    rootMode: root.mode,
    rootUid: root.uid,
    rootGid: root.gid,
    rootTime: root.time,
    exclude: exclude.length > 0 ? exclude : undefined,
    sort: tree.sortFiles.length > 0 ? tree.sortFiles.flatMap((path) => sortRulesOf(path, [])) : undefined,
    pseudo: pseudo.length > 0 ? pseudo : undefined,
    pseudoFile: pseudoFile.length > 0 ? pseudoFile : undefined,
  };
}

/** The first word that is neither an option nor an option's value. */
function firstOperand(words: readonly string[], own: ReturnType<typeof ownWordsOf>): string | undefined {
  for (let at = 0; at < words.length; ) {
    const owned = own(words[at]!, words[at + 1]);
    if (owned === 0 && (words[at] === '-' || !words[at]!.startsWith('-'))) return words[at];
    at += Math.max(1, owned);
  }
  return undefined;
}
