// The files next to the ISO: the results, their entries in the record, and the lists line by line.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Facts, ImageFacts } from './facts.js';

export function resultFacts(image: string): ImageFacts {
  const directory = dirname(image);
  const facts = new Map<string, string>();
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const kind = name.replace(basename(image, '.iso'), 'NAME');
    if (name.endsWith('.json')) for (const [key, value] of recordFacts(path)) facts.set(`record of ${key}`, value);
    else facts.set(kind, 'there');
    if (/\.(packages|verified)$/.test(name)) {
      for (const line of readFileSync(path, 'utf8').split('\n')) facts.set(`${kind}: ${line}`, 'listed');
    }
  }
  return { results: facts };
}

/** The record of all results, without the directory they are in. */
function recordFacts(path: string): Facts {
  const record = JSON.parse(readFileSync(path, 'utf8')) as Record<string, Record<string, unknown>>;
  return new Map(
    Object.entries(record).map(([key, value]) => {
      const shown = Object.entries(value).map(([name, one]) => {
        return `${name}=${name === 'filename' ? basename(String(one)) : String(one)}`;
      });
      return [key, shown.sort().join(' ')];
    }),
  );
}
