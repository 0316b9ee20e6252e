// States of many files with few calls to threads: asking for one costs the main thread more than looking up everything it is needed for.

import type { ExactContent } from './content.js';
import { FAST } from './fast-path.js';
import { STATE } from './file-state.js';
import { RangeList, type RangeReader } from './range-list.js';

/** Files of one call. */
const BATCH = 4096;

/** A content and the state of its file, as `FileState` in flat memory; zeros for a file that is not as it was found. */
interface Stated {
  readonly content: ExactContent;
  readonly state: Buffer;
}

/** The states of the files whose whole content these are; of files that no thread can be asked for, none. */
export async function* statesOf(contents: readonly ExactContent[]): AsyncGenerator<Stated> {
  const ranges = new RangeList();
  let asked: ExactContent[] = [];
  let reader: RangeReader | undefined;
  for (const content of contents) {
    const place = content[FAST]?.origin;
    if (!place?.reader.states) continue;
    if (asked.length === BATCH || (reader && reader !== place.reader)) {
      yield* ask(asked, reader!, ranges);
      asked = [];
      ranges.clear();
    }
    reader = place.reader;
    ranges.add(place, 0, content.size, 0, true);
    asked.push(content);
  }
  if (reader) yield* ask(asked, reader, ranges);
}

async function* ask(contents: readonly ExactContent[], reader: RangeReader, ranges: RangeList): AsyncGenerator<Stated> {
  const states = await reader.states!(ranges);
  const bytes = Buffer.from(states.buffer, states.byteOffset, states.length);
  for (const [i, content] of contents.entries()) yield { content, state: bytes.subarray(i * STATE, (i + 1) * STATE) };
}
