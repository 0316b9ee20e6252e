// Results that are texts and contain names of other results: in a bundle these names are replaced by the new ones.

import { bytesOf, fromText } from '../../bytes/index.js';
import { bytesSource, collect, type ExactContent, type Run } from '../../io/index.js';

/** Larger files are not read: lists and change logs are smaller, and images are not texts. */
const LARGEST_TEXT = 64 * 1024 * 1024;

/** The content with the names of a map replaced if it is a text that has any of them, otherwise unchanged. */
export async function renamedText(
  content: ExactContent,
  names: ReadonlyMap<string, string>,
  run: Run,
): Promise<ExactContent> {
  if (content.size > LARGEST_TEXT) return content;
  const bytes = await collect(content, run);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return content;
  }
  if (text.includes('\0')) return content;
  // Longest first: one name may begin with another.
  const known = [...names.keys()].sort((a, b) => b.length - a.length).map((name) => name.replace(/\W/g, '\\$&'));
  const replaced = text.replace(new RegExp(known.join('|'), 'g'), (name) => names.get(name)!);
  return replaced === text ? content : bytesSource(bytesOf(fromText(replaced)));
}
