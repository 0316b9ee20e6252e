// Text of HTML. What goes into it is escaped here and nowhere else: only what this file made is taken as it is.

/** HTML that may be put into other HTML as it is. */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Text that is HTML, a style sheet or a script already. Never for a value of an image. */
  static of(text: string): Html {
    return new Html(text);
  }

  toString(): string {
    return this.text;
  }
}

/** A value in a template: HTML as it is, text and numbers escaped, lists one after another, nothing for undefined. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** HTML of a template. Attributes have to be in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(parts.map((part, index) => (index === 0 ? part : textOf(values[index - 1]) + part)).join(''));
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return String(value).replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}
