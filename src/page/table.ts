// Tables and lists of facts.

import { type Html, type HtmlValue, html } from './html.js';

/** A column: its heading, and whether it holds numbers. */
export interface Column {
  readonly title: string;
  readonly isNumber?: true;
}

/** A table whose first column names the row. */
export function table(caption: HtmlValue, columns: readonly Column[], rows: readonly (readonly HtmlValue[])[]): Html {
  const cell = (value: HtmlValue, index: number) => {
    if (index === 0 && !columns[0]?.isNumber) return html`<th scope="row">${value}</th>`;
    return columns[index]?.isNumber ? html`<td class="number">${value}</td>` : html`<td>${value}</td>`;
  };
  // A wide table scrolls by itself; it can be focused, so that the keyboard scrolls it too.
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title, isNumber }) =>
    isNumber ? html`<th scope="col" class="number">${title}</th>` : html`<th scope="col">${title}</th>`,
  )}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>
`;
}

/** A list of names and values, without empty values. */
export function facts(list: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  const present = list.filter(([, value]) => value !== undefined && value !== '');
  return html`<dl class="facts">${present.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
`;
}
