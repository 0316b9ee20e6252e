// Layer 5: pages about images, for browsers.

export { Html, type HtmlValue, html } from './html.js';
export { mapPage, mapSections, type Section, sectionOf, summaryOf } from './page.js';
export { STYLE } from './style.js';
export { type Column, facts, table } from './table.js';
