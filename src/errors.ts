// Errors, divided by who has to act. The class says who, and with which status a command ends; the dotted code says what happened.

/** Statuses with which a command ends: part of its contract, documented in README. */
export const EXIT = {
  done: 0,
  checkFailed: 1,
  usage: 2,
  badInput: 3,
  environment: 4,
  nothingToCheck: 5,
  bug: 70,
  interrupted: 130,
  terminated: 143,
} as const;

/** An option of the library inside a {@link Wording}, by the name of its property, with a value where one is meant. */
export interface OptionReference {
  readonly option: string;
  readonly value?: string | number | boolean;
}

/** Names an option in a {@link wording}. */
export function option(name: string, value?: string | number | boolean): OptionReference {
  return value === undefined ? { option: name } : { option: name, value };
}

/**
 * A text that names options as data, because they are shown in different spellings: by the command as flags,
 * `toString` as properties.
 */
export class Wording {
  readonly parts: readonly (string | OptionReference)[];

  constructor(parts: readonly (string | OptionReference)[]) {
    this.parts = parts;
  }

  spelled(spell: (reference: OptionReference) => string): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : spell(part))).join('');
  }

  toString(): string {
    return this.spelled(({ option: name, value }) => (value === undefined ? name : `${name}: ${value}`));
  }
}

/** A text for people; a {@link Wording} names options that a caller may spell in another way. */
export type Message = string | Wording;

/** Template of a {@link Wording}: ``wording`Use ${option('force')} to replace it.` ``. */
export function wording(
  texts: TemplateStringsArray,
  ...values: readonly (OptionReference | Wording | string | number)[]
): Wording {
  const parts = texts.flatMap((text, index): (string | OptionReference)[] => {
    const value = values[index];
    if (value === undefined) return [text];
    if (value instanceof Wording) return [text, ...value.parts];
    return [text, typeof value === 'object' ? value : String(value)];
  });
  return new Wording(parts);
}

/** Where the fault was found, as far as it is known. */
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

/** Details of an error in addition to its message: place, advice and cause. */
export interface ErrorOptions extends ErrorPlace {
  /** Advice for the user, one sentence. */
  readonly hint?: Message | undefined;
  readonly cause?: unknown;
}

/** Common base: a stable dotted `code`, a full sentence as message, the place, and a hint. */
export abstract class IsopressError extends Error {
  readonly code: string;
  readonly place: ErrorPlace;
  /** The hint with options as properties. */
  readonly hint: string | undefined;
  /** Message and hint with options as data. */
  declare readonly wording: { readonly message: Message; readonly hint: Message | undefined };
  /** Status with which a command ends that this error ends. */
  abstract readonly exitCode: number;

  constructor(code: string, message: Message, options: ErrorOptions = {}) {
    super(String(message), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    const { hint, cause: _, ...place } = options;
    this.place = place;
    this.hint = hint === undefined ? undefined : String(hint);
    // Not enumerable: test runners and loggers print errors by their own properties.
    Object.defineProperty(this, 'wording', { value: { message, hint } });
  }
}

/** The caller's request cannot be carried out as given: an option, a description, a tree entry. */
export class InvalidInputError extends IsopressError {
  override readonly exitCode: number = EXIT.badInput;
}

/** As {@link ErrorOptions}, with the option at fault. */
export interface UsageErrorOptions extends ErrorOptions {
  /** The option whose value is refused, by the name of its property. */
  readonly option?: string;
}

/** The value of an option is invalid, alone or together with other options, for every tree and image. */
export class UsageError extends InvalidInputError {
  override readonly exitCode = EXIT.usage;
  /** Name of the property. */
  readonly option: string | undefined;

  constructor(code: string, message: Message, { option: name, ...options }: UsageErrorOptions = {}) {
    super(code, message, options);
    this.option = name;
  }
}

/** An image being read breaks the rules of its format. */
export class InvalidImageError extends IsopressError {
  override readonly exitCode: number = EXIT.badInput;
}

/** The given image has no known format. */
export class UnknownImageError extends InvalidImageError {
  override readonly exitCode = EXIT.nothingToCheck;
}

/** A valid request or image that this program deliberately does not cover. */
export class UnsupportedError extends IsopressError {
  override readonly exitCode: number = EXIT.badInput;
}

/** Whether an error is about the bytes of an image: damaged, or of a form that is not read. */
export function isImageFault(error: unknown): error is InvalidImageError | UnsupportedError {
  return error instanceof InvalidImageError || error instanceof UnsupportedError;
}

/** The request needs an engine, or a part of the system, that is not installed here. */
export class MissingEngineError extends UnsupportedError {
  override readonly exitCode = EXIT.environment;
}

/** Something could not be read from the world: missing, or changed while being read. */
export class SourceError extends IsopressError {
  override readonly exitCode: number = EXIT.badInput;
}

/** A source that exists but cannot be read: no permission, a device error, too many open files. */
export class UnreadableError extends SourceError {
  override readonly exitCode = EXIT.environment;
}

/** The output could not be written: no space, no permission, already there. */
export class TargetError extends IsopressError {
  override readonly exitCode = EXIT.environment;
}

/** A tool, or a part that this program relies on, is missing or failed: another program, a thread, memory. */
export class ToolError extends IsopressError {
  override readonly exitCode = EXIT.environment;
}

/** The operation was aborted through its signal. */
export class AbortedError extends IsopressError {
  override readonly exitCode: number;

  /** `by` is the signal of the system that caused it, such as `SIGINT`. */
  constructor(by: string, options: ErrorOptions = {}) {
    super(`aborted.${by.toLowerCase()}`, `Stopped by ${by}; nothing was left behind.`, options);
    this.exitCode = by === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
}

/** A broken promise inside this program: always a bug. */
export class InternalError extends IsopressError {
  override readonly exitCode = EXIT.bug;
}

/** Throws {@link InternalError} when a planned fact and a produced fact differ. */
export function assertPlanned(what: string, planned: number, produced: number): void {
  if (planned !== produced) {
    throw new InternalError('internal.plan-mismatch', `${what}: planned ${planned}, produced ${produced}.`);
  }
}
