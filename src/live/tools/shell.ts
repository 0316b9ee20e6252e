// Text as one word of a shell.

/** In single quotes, for any text. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
