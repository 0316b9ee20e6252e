// The runtime configuration, merged from all its places. A section that is a list replaces the same section of earlier files;
// one that is a mapping, as from KIWI 11 on, adds its settings to it, and its lists to lists.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBytes, fromText } from '../../bytes/index.js';
import { SourceError } from '../../errors.js';
import { sourceError } from '../../io/index.js';
import type { RuntimeConfiguration } from './model.js';
import { readSections, type Section } from './read.js';
import { readSettings } from './settings.js';

/** The places of configurations. */
export interface ConfigurationPlaces {
  /** The user's home; undefined: no file of the user is read. */
  readonly home?: string | undefined;
  /** A file that must exist. */
  readonly file?: string | undefined;
  /** The directory above the places of vendor and machine; default `/`. */
  readonly base?: string;
}

/**
 * Reads `/usr/share/kiwi/kiwi.yml`, `/etc/kiwi.yml`, each with the files of its directory `.d`, the user's
 * `.config/kiwi/config.yml`, and the file named. Throws {@link SourceError} `configuration.not-found` if that is
 * missing, {@link InvalidInputError} `configuration.format` or `configuration.value` with the place of the error.
 */
export async function loadConfiguration({
  home,
  file,
  base = '/',
}: ConfigurationPlaces): Promise<RuntimeConfiguration> {
  const merged = new Map<string, Section>();
  const paths = [
    ...(await withDropIns(join(base, 'usr/share/kiwi/kiwi.yml'))),
    ...(await withDropIns(join(base, 'etc/kiwi.yml'))),
  ];
  for (const path of paths) take(merged, await textOf(path), path);
  if (home !== undefined) {
    const path = join(home, '.config/kiwi/config.yml');
    take(merged, await textOf(path, HIDDEN), path);
  }
  if (file !== undefined) {
    const text = await textOf(file);
    if (text === undefined) {
      throw new SourceError('configuration.not-found', `There is no configuration file ${file}.`, { path: file });
    }
    take(merged, text, file);
  }
  return readSettings(merged);
}

function take(merged: Map<string, Section>, text: string | undefined, path: string): void {
  if (text === undefined) return;
  const { sections, adding } = readSections(text, path);
  for (const [name, section] of sections) {
    const earlier = adding.has(name) ? merged.get(name) : undefined;
    merged.set(name, earlier ? added(earlier, section) : section);
  }
}

function added(earlier: Section, section: Section): Section {
  const settings = new Map(earlier);
  for (const [name, { value, place }] of section) {
    const before = earlier.get(name)?.value;
    const both = Array.isArray(before) && Array.isArray(value) ? [...new Set([...before, ...value])].sort() : value;
    settings.set(name, { value: both, place });
  }
  return settings;
}

/** The file and, in byte order, those of its directory `.d`. */
async function withDropIns(path: string): Promise<string[]> {
  const names = await readdir(`${path}.d`).catch(() => []);
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort(compareBytes);
  return [path, ...files.map((name) => join(`${path}.d`, name))];
}

const ABSENT: readonly string[] = ['ENOENT', 'ENOTDIR'];
/** Under sudo and setpriv, HOME may be that of another user: settings that this user cannot read do not apply. */
const HIDDEN: readonly string[] = [...ABSENT, 'EACCES'];

async function textOf(path: string, absent = ABSENT): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (absent.includes(code)) return undefined;
    throw sourceError(fromText(path), error);
  }
}
