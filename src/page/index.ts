// Layer 5: pages about images, for browsers.

export { Html, html } from './html.js';
export { mapPage, mapSections, type Section, sectionOf, summaryOf } from './page.js';
export { STYLE } from './style.js';
export { facts, table } from './table.js';
