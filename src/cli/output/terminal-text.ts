// The one place where text becomes safe to show: what an image, a tree or an argument holds must not command a terminal.

/**
 * C0 and C1 controls, bidirectional marks, embeddings, overrides and isolates (Unicode TR9), invisible separators, the
 * byte-order mark, tag characters, and lone surrogates.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** One line for a terminal: unsafe characters as `\\n`, `\\x1b` or `\\u{202e}`. */
export function terminalText(line: string): string {
  return line.replace(UNSAFE, (character) => {
    const code = character.codePointAt(0)!;
    const short = SHORT[character];
    if (short !== undefined) return short;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
