// Keeps the page responsive: reads of an image let the browser handle events now and then.

import { blobSource, type Source } from 'isopress/browser';

/** Milliseconds of work after which the browser gets a turn. */
const TIME_SLICE = 40;

/** A file as a source whose reads keep the page responsive. */
export function fileSource(file: File): Source {
  const source = blobSource(file);
  let since = performance.now();
  const yieldToEventLoop = async () => {
    if (performance.now() - since < TIME_SLICE) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    since = performance.now();
  };
  return responsive(source, yieldToEventLoop);
}

function responsive(source: Source, yieldToEventLoop: () => Promise<void>): Source {
  return {
    ...source,
    read: async (at, into) => {
      await yieldToEventLoop();
      await source.read(at, into);
    },
    slice: (range) => responsive(source.slice(range), yieldToEventLoop),
  };
}
