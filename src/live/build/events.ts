// The events of one build, with its notes kept for the report.

import type { BuildEvents } from './options.js';

/** Events that can be sent whether or not anyone listens. */
export interface RecordedEvents extends Required<BuildEvents> {
  /** The notes so far. */
  readonly notes: readonly string[];
}

/** Hands events on to the caller's functions, and records notes. */
export function recordEvents(events: BuildEvents = {}): RecordedEvents {
  const notes: string[] = [];
  return {
    notes,
    note: (text) => {
      notes.push(text);
      events.note?.(text);
    },
    losses: (losses) => events.losses?.(losses),
    log: (line) => events.log?.(line),
    now: () => events.now?.() ?? 0,
  };
}
