// Texts of GRUB with variables in them, of which only the rest is known.

const VARIABLE = /\$(?:\{[^}]*\}|\w+|[?#*@])/;

/** The parts of a text between its variables. */
export function fixedParts(text: string): string[] {
  return text.split(VARIABLE);
}

/** Whether a text has these parts in this order, the first at its start and the last at its end. */
export function hasParts(text: string, parts: readonly string[]): boolean {
  if (parts.length === 1) return text === parts[0];
  const [first, last] = [parts[0]!, parts.at(-1)!];
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}
