// The files of the medium as xorriso extracts them: every entry, the boot configuration line by line, the initrd unpacked.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { succeed } from '../tools.js';
import { describeDirectory } from '../trees.js';
import type { Facts, ImageFacts } from './facts.js';
import { shownEntry } from './shown.js';

/** Their content is compared by what is in them. */
const OPAQUE = /^LiveOS\/squashfs\.img$|^boot\/x86_64\/loader\/initrd$|\.(cfg|msg)$/;

/** Compared line by line. A variable without value is one that is not there. */
const WRITTEN_BY_THE_BUILDER = new Set(['.profile', 'usr/lib/dracut/build-parameter.txt']);

export function mediumFacts(medium: string, work: string): ImageFacts {
  const own = ownId(medium);
  return {
    medium: entryFacts(medium, own),
    'boot configuration': configurationFacts(medium, own),
    initrd: initrdFacts(join(medium, 'boot/x86_64/loader/initrd'), work),
  };
}

/** Puts a word for the id by which a medium knows itself; every medium of KIWI has another. */
function ownId(medium: string): (text: string) => string {
  const path = join(medium, 'boot/mbrid');
  if (!existsSync(path)) return (text) => text;
  const id = readFileSync(path, 'latin1').trim();
  return (text) => text.replaceAll(id, 'MEDIUM-ID');
}

function entryFacts(medium: string, own: (text: string) => string): Facts {
  const facts = new Map<string, string>();
  for (const [path, entry] of describeDirectory(medium)) {
    const hasId = own(path) !== path || path === 'boot/mbrid';
    facts.set(own(path), shownEntry(entry, { content: !OPAQUE.test(path) && !hasId }));
    if (hasId) facts.set(`${own(path)} content`, own(readFileSync(join(medium, path), 'latin1')));
  }
  return facts;
}

/** Every line of every configuration; its value is how often it occurs. */
function configurationFacts(medium: string, own: (text: string) => string): Facts {
  const facts = new Map<string, string>();
  const names = succeed('find', ['.', '-name', '*.cfg', '-o', '-name', '*.msg'], medium).trimEnd().split('\n');
  for (const name of names.sort()) {
    const path = name.slice('./'.length);
    for (const line of readFileSync(join(medium, path), 'latin1').split('\n')) {
      const words = plainWords(own(line));
      // The end of a block is compared by its beginning.
      if (/^(fi|\}|)$/.test(words)) continue;
      const key = `${path}: ${words}`;
      facts.set(key, String(Number(facts.get(key) ?? 0) + 1));
    }
  }
  return facts;
}

/** A line in one way of writing: quotes, braces around variables and blanks mean nothing to boot loaders in these places. */
function plainWords(line: string): string {
  const bare = line
    .replace(/\$\{(\w+)\}/g, '$$$1')
    .replace(/["']/g, '')
    .replace(/\s*;\s*/g, '; ');
  return bare.trim().replace(/\s+/g, ' ');
}

/** Names, modes and contents in the initrd, independent of its compression. */
function initrdFacts(initrd: string, work: string): Facts {
  const out = join(work, 'initrd');
  mkdirSync(out, { recursive: true });
  const decompress = 'zstdcat "$0" 2>/dev/null || xzcat "$0" 2>/dev/null || zcat "$0"';
  const unpack = 'cpio --extract --quiet --make-directories --no-preserve-owner --no-absolute-filenames';
  succeed('sh', ['-c', `{ ${decompress}; } | ${unpack}`, initrd], out);
  const facts = new Map<string, string>();
  for (const [path, entry] of describeDirectory(out)) {
    const lines = WRITTEN_BY_THE_BUILDER.has(path) ? readFileSync(join(out, path), 'latin1').split('\n') : undefined;
    facts.set(path, shownEntry(entry, { content: lines === undefined }));
    for (const line of lines ?? []) if (!/^(\w+=''|)$/.test(line)) facts.set(`${path}: ${line}`, 'there');
  }
  return facts;
}
