// The files of an image: one directory at a time with its path, and a preview of one file.

import {
  displayText,
  type File,
  type Html,
  type HtmlValue,
  html,
  type Node,
  type Source,
  showBytes,
  table,
} from 'isopress/browser';
import { attempt, element, put, say } from './dom.js';
import { blobOf, followed, imageStep, listed, pathOf, stepInto, type Trail, type Trees } from './places.js';
import { modeText, preview, timeText } from './preview.js';

/** Most rows of a directory that are shown. */
const MOST_ROWS = 2000;

/** Shows the files of an image in the section `files`. */
export async function showFiles(image: Source, name: string, trees: Trees): Promise<void> {
  const view = new FilesView(element('files-body'), trees);
  await view.open([await imageStep(image, name, trees)]);
}

class FilesView {
  readonly #body: HTMLElement;
  readonly #trees: Trees;
  #trail: Trail = [];
  #rows: [string, Node][] = [];
  #file: { readonly name: string; readonly node: File } | undefined;

  constructor(body: HTMLElement, trees: Trees) {
    this.#body = body;
    this.#trees = trees;
    body.onclick = ({ target }) => {
      const button = target instanceof Element ? target.closest('button') : null;
      if (button) void attempt(() => this.#clicked(button.dataset));
    };
  }

  async open(trail: Trail): Promise<void> {
    this.#trail = trail;
    this.#file = undefined;
    const here = trail.at(-1)!;
    this.#rows = listed(here.directory);
    put(this.#body, html`${breadcrumbNav(trail)}${this.#listing()}<div id="preview"></div>`);
    element('listing-title').focus({ preventScroll: true });
    say(`${pathOf(trail)}: ${this.#rows.length} entries.`);
  }

  /** Buttons carry indexes, so that no name from an image is read back from the page. */
  async #clicked({ step, row, download, inside }: DOMStringMap): Promise<void> {
    if (step !== undefined) await this.open(this.#trail.slice(0, Number(step) + 1));
    if (row !== undefined) await this.#enter(this.#rows[Number(row)]!);
    if (download !== undefined) await this.#download();
    if (inside !== undefined) await this.#lookInside();
  }

  async #enter([name, node]: [string, Node]): Promise<void> {
    if (node.kind === 'directory') return this.open([...this.#trail, { name, directory: node, isImage: false }]);
    if (node.kind === 'symlink') return this.#follow(name, node.target);
    if (node.kind !== 'file') return;
    this.#file = { name, node };
    say(`Reading ${name}.`);
    put(element('preview'), await preview(name, pathOf(this.#trail, name), node));
    element('preview-title').focus();
    say(`${name} is shown.`);
  }

  /** Follows a symbolic link: opens its directory, or the directory of its file and that file. */
  async #follow(name: string, target: string): Promise<void> {
    const end = followed(this.#trail, target);
    if (!end) return say(`${name} leads to nothing in this image.`);
    if (end.node.kind === 'directory') {
      return this.open([...end.trail, { name: end.name, directory: end.node, isImage: end.trail.length === 0 }]);
    }
    await this.open(end.trail);
    await this.#enter([end.name, end.node]);
  }

  async #lookInside(): Promise<void> {
    if (!this.#file) return;
    const { name, node } = this.#file;
    say(`Opening ${name}.`);
    const step = await stepInto(name, node, this.#trees);
    if (step) await this.open([...this.#trail, step]);
  }

  async #download(): Promise<void> {
    if (!this.#file) return;
    const { name, node } = this.#file;
    say(`Reading ${name}.`);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await blobOf(node));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    say(`${name} is saved by the browser.`);
  }

  #listing(): Html {
    const columns = [
      { title: 'name' },
      { title: 'size', isNumber: true },
      { title: 'mode', isNumber: true },
      { title: 'modified', isNumber: true },
    ] as const;
    const rows = this.#rows.slice(0, MOST_ROWS).map(([name, node], index) => rowOf(name, node, index));
    const left = this.#rows.length - rows.length;
    const caption = `${this.#rows.length} entries`;
    return html`<h3 id="listing-title" class="path" tabindex="-1">${pathOf(this.#trail)}</h3>
${table(caption, columns, rows)}${left > 0 ? html`<p class="muted">${left} more are not shown.</p>` : undefined}`;
  }
}

function rowOf(name: string, node: Node, index: number): HtmlValue[] {
  const facts = [modeText(node.mode), timeText(node.mtime.seconds)];
  if (node.kind === 'directory')
    return [html`<button type="button" class="name" data-row="${index}">${name}/</button>`, '', ...facts];
  if (node.kind === 'file') {
    return [
      html`<button type="button" class="name" data-row="${index}">${name}</button>`,
      showBytes(node.content.size),
      ...facts,
    ];
  }
  if (node.kind === 'symlink') {
    const link = html`<button type="button" class="name" data-row="${index}">${name}</button>`;
    return [html`${link}<span class="muted"> → ${displayText(node.target)}</span>`, '', ...facts];
  }
  const kind = node.kind.replace('-', ' ');
  return [html`<span class="path">${name}</span><span class="muted"> (${kind})</span>`, '', ...facts];
}

function breadcrumbNav(trail: Trail): Html {
  return html`<nav aria-label="Path"><ol class="trail">${trail.map(({ name, isImage }, index) => {
    const mark = isImage ? 'image' : 'directory';
    return html`<li><button type="button" class="${mark}" data-step="${index}">${name}</button></li>`;
  })}</ol></nav>
`;
}
