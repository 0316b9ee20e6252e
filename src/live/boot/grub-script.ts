// Text as words of GRUB's script language, which quotes like a POSIX shell. Values get into scripts only through this file.
// https://www.gnu.org/software/grub/manual/grub/html_node/Shell_002dlike-scripting.html

import { grubArgument, grubQuoted } from '../../disc/index.js';

/** One quoted word, for any text. */
export function quoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}

/** One word, quoted only if necessary. */
export function literal(text: string): string {
  return grubQuoted(oneLine(text));
}

/** Kernel options as words. */
export function words(options: string): string {
  const parts = oneLine(options).match(/(?:"[^"]*"?|[^ "])+/g) ?? [];
  return parts.map(grubArgument).join(' ');
}

/** Line separators become blanks: a value never begins another command. */
export function oneLine(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ');
}

type Quoting = 'none' | 'single' | 'double' | 'comment';

/** Follows the quoting of a script, and inserts values as literal text. */
export class ScriptWriter {
  #quoting: Quoting = 'none';
  #wordEnded = true;

  /** Reads text of the script itself. */
  pass(script: string): void {
    for (let i = 0; i < script.length; i++) {
      const character = script[i]!;
      const escaped = character === '\\' && (this.#quoting === 'none' || this.#quoting === 'double');
      if (escaped) i++;
      else this.#quoting = this.#after(character);
      this.#wordEnded = !escaped && /[\s;|&{}]/.test(character);
    }
  }

  #after(character: string): Quoting {
    const quoting = this.#quoting;
    if (quoting === 'comment') return character === '\n' ? 'none' : quoting;
    if (quoting === 'single') return character === "'" ? 'none' : quoting;
    if (quoting === 'double') return character === '"' ? 'none' : quoting;
    if (character === '#' && this.#wordEnded) return 'comment';
    return character === "'" ? 'single' : character === '"' ? 'double' : quoting;
  }

  /** The value as it must be written at this point: words outside quotes, text inside them. */
  value(text: string): string {
    this.#wordEnded = false;
    if (this.#quoting === 'none') return words(text);
    const line = oneLine(text);
    if (this.#quoting === 'single') return line.replaceAll("'", `'\\''`);
    return this.#quoting === 'double' ? line.replace(/[\\"$]/g, '\\$&') : line;
  }
}
