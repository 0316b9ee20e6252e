// HTML as text. Values are escaped here and nowhere else: only HTML that this file has made is inserted unchanged.

/** HTML that may be inserted into other HTML unchanged. */
export class Html {
  readonly text: string;

  private constructor(text: string) {
    this.text = text;
  }

  /** Wraps text that is already HTML, a style sheet or a script. Never call it with a value from an image. */
  static of(text: string): Html {
    return new Html(text);
  }

  toString(): string {
    return this.text;
  }
}

/** A value in a template: HTML is inserted unchanged, text and numbers escaped, lists element by element, undefined as nothing. */
export type HtmlValue = Html | string | number | undefined | readonly HtmlValue[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Makes HTML of a template. Attributes must be in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return Html.of(parts.map((part, index) => (index === 0 ? part : textOf(values[index - 1]) + part)).join(''));
}

function textOf(value: HtmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'object') return value.map(textOf).join('');
  return String(value).replace(/[&<>"'`]/g, (character) => ENTITIES[character]!);
}
