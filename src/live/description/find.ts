// Finds the description in a directory.

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compareBytes, displayText, fromText } from '../../bytes/index.js';
import { SourceError } from '../../errors.js';
import { sourceError } from '../../io/index.js';

/** `config.xml`, `image/config.xml`, the first `*.kiwi` in byte order, `config.yaml`, `.yml`, `.toml`, `.json`. */
export async function findDescription(directory: string): Promise<string> {
  const names = await readdir(directory).catch((error) => {
    throw sourceError(fromText(directory), error);
  });
  const prepared: string[] = await readdir(join(directory, 'image')).catch(() => []);
  const [kiwi] = names.filter((name) => name.endsWith('.kiwi')).sort(compareBytes);
  if (names.includes('config.xml')) return join(directory, 'config.xml');
  if (prepared.includes('config.xml')) return join(directory, 'image', 'config.xml');
  if (kiwi) return join(directory, kiwi);
  const other = ['config.yaml', 'config.yml', 'config.toml', 'config.json'].find((name) => names.includes(name));
  if (other) return join(directory, other);
  const shown = displayText(fromText(directory));
  throw new SourceError('description.not-found', `There is no image description in ${shown}.`, {
    path: shown,
    hint: 'Looked for config.xml, image/config.xml, *.kiwi, config.yaml, config.toml and config.json.',
  });
}
