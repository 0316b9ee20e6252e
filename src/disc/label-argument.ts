// The label of the medium in kernel arguments: where it begins, and where it ends.

/** The key of a label: the last of these in an argument. */
const LABEL_KEY = /(?<=^|[=:])[\w.]*label=/gi;
/**
 * After these the label is all of the rest: dracut's live modules and the kernel cut only the front off, and udev's links keep a colon. After
 * others, such as `inst.ks=hd:LABEL=` and `rd.live.overlay=LABEL=`, a colon and a path may follow.
 */
const WHOLE = /^(?:root=(?:[\w-]+:)?(?:cd)?label=|[\w.]*label=)$/i;

/** An argument around its label. */
export interface LabelArgument {
  /** Up to the label, such as `root=live:CDLABEL=`. */
  readonly key: string;
  /** As it is written. */
  readonly label: string;
  /** The part after it. */
  readonly rest: string;
}

/** The label in an argument without quotes; undefined if it names none. */
export function labelArgument(argument: string): LabelArgument | undefined {
  const last = [...argument.matchAll(LABEL_KEY)].at(-1);
  if (!last) return undefined;
  const key = argument.slice(0, last.index + last[0].length);
  const label = labelAfter(key, argument.slice(key.length));
  return { key, label, rest: argument.slice(key.length + label.length) };
}

/** The label at the front of what follows a key. */
export function labelAfter(key: string, value: string): string {
  return isWholeLabel(key) ? value : value.split(/[:,;]/, 1)[0]!;
}

/** Whether a label with a colon can follow a key. */
export function isWholeLabel(key: string): boolean {
  return WHOLE.test(key);
}
