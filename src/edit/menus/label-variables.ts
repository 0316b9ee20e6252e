// Variables of GRUB menus that hold the label of the medium: `set l=LABEL`, then `search --label $l` or `root=live:CDLABEL=${l}`.

import { commandWords, udevEscaped } from '../../disc/index.js';
import { assignmentsOf } from './grub-assignments.js';
import { grubKernels } from './kernel-arguments.js';

/** The variables that stand for the old label where a menu looks for the medium. */
export interface LabelVariables {
  readonly names: ReadonlySet<string>;
  /** Those of them that never hold anything else. */
  readonly constants: ReadonlySet<string>;
  /** Those of which simple assignments do not tell what they hold. */
  readonly unknown: readonly string[];
}

export const NO_VARIABLES: LabelVariables = { names: new Set(), constants: new Set(), unknown: [] };

/** The name of the variable that a word is; undefined for any other word. */
export function variableIn(word: string): string | undefined {
  const [, plain, braced] = /^\$(?:(\w+)|\{(\w+)\})$/.exec(word) ?? [];
  return plain ?? braced;
}

/** Finds the variables, in all GRUB menus of a disc: one menu may set a variable that another one uses. */
export function labelVariables(texts: readonly string[], from: string): LabelVariables {
  const values = new Map<string, string[]>();
  for (const { name, value } of texts.flatMap((text) => [...assignmentsOf(text)])) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  const probed = new Set(texts.flatMap((text) => [...probedIn(text)]));
  const names = new Set(texts.flatMap((text) => [...usedIn(text)]));
  // A variable may hold another one.
  for (const name of names) {
    for (const value of values.get(name) ?? []) {
      const other = variableIn(value);
      if (other !== undefined) names.add(other);
    }
  }
  const isLabel = (value: string) => value === from || value === udevEscaped(from);
  const isUnknown = (name: string) => {
    const assigned = values.get(name) ?? [];
    if (assigned.length === 0) return !probed.has(name);
    return assigned.some((value) => value.includes('$') && variableIn(value) === undefined);
  };
  const known = [...names].filter((name) => !isUnknown(name));
  return {
    names: new Set(known.filter((name) => values.get(name)?.some(isLabel))),
    constants: new Set(known.filter((name) => values.get(name)?.every(isLabel))),
    unknown: [...names].filter(isUnknown),
  };
}

/** Variables after keys of labels, and in searches for labels. */
function* usedIn(text: string): Generator<string> {
  for (const { words } of grubKernels(text)) {
    for (const { value } of words) {
      for (const [, plain, braced] of value.matchAll(/(?:label=|\/by-label\/)\$(?:(\w+)|\{(\w+)\})/gi)) {
        yield (plain ?? braced)!;
      }
    }
  }
  for (const [command, ...words] of commandWords(text, 'grub')) {
    const isSearch = command!.value === 'search.fs_label' || command!.value === 'search';
    const byLabel = command!.value !== 'search' || words.some(({ value }) => /^(?:-l|--label|--fs-label)$/.test(value));
    if (!isSearch || !byLabel) continue;
    for (const [i, { value }] of words.entries()) {
      const name = variableIn(value);
      if (name !== undefined && !/^--(?:set|hint[\w-]*)$/.test(words[i - 1]?.value ?? '')) yield name;
    }
  }
}

/** Variables that take the label from the disc itself. */
function* probedIn(text: string): Generator<string> {
  for (const [command, ...words] of commandWords(text, 'grub')) {
    if (command!.value !== 'probe') continue;
    for (const [i, { value }] of words.entries()) {
      const name = /^--set=(\w+)$/.exec(value)?.[1] ?? (/^(?:-s|--set)$/.test(value) ? words[i + 1]?.value : undefined);
      if (name !== undefined) yield name;
    }
  }
}
