// A whole page about an image. It works without scripts and from any place, because it loads nothing.

import { showBytes } from '../bytes/index.js';
import { digestOf } from '../io/index.js';
import type { ImageMap } from '../map/index.js';
import { bootSection, packageSection, rootLayer, spaceSection } from './contents.js';
import { Html, html } from './html.js';
import { endsFigure, layerSection, nameOf, scaleFigure, titleOf } from './layers.js';
import { counted } from './numbers.js';
import { STYLE } from './style.js';

/** One section of a page. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** The sections about an image, for a whole page or a part of one. `name` is the displayed name of the image. */
export function mapSections(map: ImageMap, name: string): Section[] {
  const [outer] = map.layers;
  const root = rootLayer(map.layers);
  const sections: (Section | false | undefined)[] = [
    outer && { id: 'scale', title: 'To scale', body: html`${scaleFigure(map, name)}${endsFigure(outer)}` },
    root && {
      id: 'space',
      title: 'What takes the space',
      body: html`<p>In <span class="path">${nameOf(root, name)}</span>, ${titleOf(root)}.</p>${spaceSection(root)}`,
    },
    { id: 'boot', title: 'Partitions and boot entries', body: bootSection(map) },
    map.packages && { id: 'packages', title: 'Packages', body: packageSection(map.packages) },
    outer && { id: 'layers', title: 'Layers', body: html`${map.layers.map((layer) => layerSection(layer, name))}` },
  ];
  return sections.filter((section) => section !== false && section !== undefined);
}

/** The sentence below the title. */
export function summaryOf({ size, forms, layers }: ImageMap): string {
  const [outer] = layers;
  if (!outer) return `${showBytes(size)}, not an image of a known kind.`;
  const inside = layers.length > 1 ? `, with ${counted(layers.length - 1, 'image')} inside` : '';
  return `${titleOf(outer)}, ${showBytes(size)}${forms.map((form) => `, in ${form}`).join('')}${inside}.`;
}

/** A page about an image as one HTML file. The same map gives the same bytes. `name` is displayable; `made` names the program and its version. */
export function mapPage(map: ImageMap, name: string, made: string): string {
  const sections = mapSections(map, name);
  const style = Html.of(STYLE);
  const policy = `default-src 'none'; style-src 'sha256-${styleDigest()}'; base-uri 'none'; form-action 'none'`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${name}</title>
<style>${style}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header>
<h1>${name}</h1>
<p class="lead">${summaryOf(map)}</p>
</header>
<nav class="contents" aria-label="Contents"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="main">
${sections.map(sectionOf)}</main>
<footer>Made by ${made} from the bytes of the image alone.</footer>
</body>
</html>
`.text;
}

/** A section with its heading. */
export function sectionOf({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`;
}

/** The policy of the page allows nothing but its style sheet, by this digest. */
function styleDigest(): string {
  return btoa(String.fromCharCode(...digestOf('sha256', new TextEncoder().encode(STYLE))));
}
