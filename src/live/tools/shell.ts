// Text for a shell to read back as one word.

/** In single quotes, whatever the text holds. */
export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
