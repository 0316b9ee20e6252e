// Assignments of variables in GRUB menus.

import { commandWords, type Word } from '../../disc/index.js';

/** An assignment of a menu: `set NAME=VALUE` or `NAME=VALUE`. */
export interface Assignment {
  readonly name: string;
  /** Name and value. */
  readonly word: Word;
  readonly value: string;
}

/** All assignments of a GRUB menu, in its order. */
export function* assignmentsOf(text: string): Generator<Assignment> {
  for (const words of commandWords(text, 'grub')) {
    const assigned = words[0]?.value === 'set' ? words.slice(1, 2) : words.slice(0, 1);
    for (const word of assigned) {
      const [, name, value] = /^(\w+)=(.*)$/s.exec(word.value) ?? [];
      if (name !== undefined && value !== undefined) yield { name, word, value };
    }
  }
}
