// Errors, divided by whose fault they are. The class tells who has to act, the dotted code what happened.

/** Where the fault was found; whatever is known of it. */
export interface ErrorPlace {
  /** Path of the file or tree entry concerned. */
  readonly path?: string;
  /** Absolute byte offset in an image. */
  readonly at?: number;
  /** Line in a text file, from 1. */
  readonly line?: number;
  /** Column in a text file, from 1. */
  readonly column?: number;
}

export interface ErrorOptions extends ErrorPlace {
  /** What the user can do about it, one sentence. */
  readonly hint?: string;
  readonly cause?: unknown;
}

/** Common base: a stable dotted `code`, a full sentence as message, the place, and a hint. */
export abstract class IsopressError extends Error {
  readonly code: string;
  readonly place: ErrorPlace;
  readonly hint: string | undefined;

  constructor(code: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    const { hint, cause: _, ...place } = options;
    this.place = place;
    this.hint = hint;
  }
}

/** The caller's request cannot be carried out as given: an option, a description, a tree entry. */
export class InvalidInputError extends IsopressError {}

/** An image being read breaks the rules of its format. */
export class InvalidImageError extends IsopressError {}

/** A valid request or image that this program deliberately does not cover. */
export class UnsupportedError extends IsopressError {}

/** Something could not be read from the world: missing, unreadable, changed while being read. */
export class SourceError extends IsopressError {}

/** The output could not be written: no space, no permission, already there. */
export class TargetError extends IsopressError {}

/** An external tool is missing or failed. */
export class ToolError extends IsopressError {}

/** The operation was aborted through its signal. */
export class AbortedError extends IsopressError {}

/** A broken promise inside this program: always a bug. */
export class InternalError extends IsopressError {}

/** Throws {@link InternalError} when a planned fact and a produced fact differ. */
export function assertPlanned(what: string, planned: number, produced: number): void {
  if (planned !== produced) {
    throw new InternalError('internal.plan-mismatch', `${what}: planned ${planned}, produced ${produced}.`);
  }
}
