// Text as words of GRUB's script language, whose quoting is that of a POSIX shell. The only place that puts values into it.
// https://www.gnu.org/software/grub/manual/grub/html_node/Shell_002dlike-scripting.html

const PLAIN = /^[\w.,:=/+@%^~-]+$/;

/** One word in quotes, whatever the text holds. */
export function quoted(text: string): string {
  return `'${oneLine(text).replaceAll("'", `'\\''`)}'`;
}

/** One word, quoted only where it has to be. */
export function literal(text: string): string {
  return PLAIN.test(text) ? text : quoted(text);
}

/**
 * Kernel options as words. An option in double quotes reaches the kernel in them: GRUB puts quotes around a word with blanks
 * itself.
 */
export function words(options: string): string {
  const parts = oneLine(options).match(/(?:"[^"]*"?|[^ "])+/g) ?? [];
  return parts.map((part) => literal(part.replaceAll('"', ''))).join(' ');
}

/** What separates lines of a script becomes a blank: a value never begins another command. */
export function oneLine(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ');
}

type Quoting = 'none' | 'single' | 'double' | 'comment';

/** Follows the quoting of a script, and writes values where they go as literal text. */
export class ScriptWriter {
  #quoting: Quoting = 'none';
  #wordEnded = true;

  /** Goes over text of the script itself. */
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

  /** The value as it has to be written here: outside of quotes several words, inside of them text. */
  value(text: string): string {
    this.#wordEnded = false;
    if (this.#quoting === 'none') return words(text);
    const line = oneLine(text);
    if (this.#quoting === 'single') return line.replaceAll("'", `'\\''`);
    return this.#quoting === 'double' ? line.replace(/[\\"$]/g, '\\$&') : line;
  }
}
