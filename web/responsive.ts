// Keeps the page responsive: reads of an image let the browser handle events now and then.

import { blobSource, type Source } from 'isopress/browser';

/** Milliseconds of work between two turns of the browser. */
const TURN = 40;

/** A file as a source whose reads keep the page responsive. */
export function fileSource(file: File): Source {
  const source = blobSource(file);
  let since = performance.now();
  const breathe = async () => {
    if (performance.now() - since < TURN) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  };
  return responsive(source, breathe);
}

function responsive(source: Source, breathe: () => Promise<void>): Source {
  return {
    ...source,
    read: async (at, into) => {
      await breathe();
      await source.read(at, into);
    },
    slice: (range) => responsive(source.slice(range), breathe),
  };
}
