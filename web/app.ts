// The page of the app: takes a file, and shows its content. Nothing leaves the browser, because the policy allows no connection.

import {
  displayText,
  fromText,
  html,
  type ImageMap,
  IsopressError,
  mapImage,
  mapSections,
  openSpool,
  sectionOf,
  showBytes,
  summaryOf,
} from 'isopress/browser';
import { offerCheck } from './check.js';
import { attempt, element, put, say } from './dom.js';
import { showFiles } from './files.js';
import { Trees } from './places.js';
import { fileSource } from './responsive.js';

const input = element<HTMLInputElement>('file');
const drop = element('drop');

input.onchange = () => take(input.files?.[0]);
document.ondragover = (event) => {
  event.preventDefault();
  drop.classList.add('over');
};
document.ondragleave = (event) => {
  if (!event.relatedTarget) drop.classList.remove('over');
};
document.ondrop = (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  take(event.dataTransfer?.files[0]);
};

function take(file: File | undefined): void {
  if (file) void attempt(() => show(file));
}

/** The image that was chosen last: what is still being read of another one is not shown. */
let chosen: File | undefined;

/** Shows the files as soon as they are known, and the map of all layers when it is complete: that takes longer. */
async function show(file: File): Promise<void> {
  chosen = file;
  const name = displayText(fromText(file.name));
  say(`Reading ${name}.`);
  const shown = element('image');
  shown.hidden = true;
  const [source, spool] = [fileSource(file), openSpool()];
  const trees = new Trees(spool);
  put(element('image-title'), html`${name}`);
  put(element('image-summary'), html`${showBytes(file.size)}`);
  for (const id of ['image-contents', 'map', 'files-body']) put(element(id), html``);
  const fault = await showFiles(source, name, trees).catch(asFault);
  if (chosen !== file) return;
  if (fault) put(element('files-body'), html`<p>There are no files at the top of this image.</p>`);
  document.title = `${name} – isopress`;
  shown.hidden = false;
  offerCheck(source, spool);
  element('image-title').focus();
  const map = await mapImage(source, { spool, treeOf: (image) => trees.of(image) });
  if (chosen === file) showMap(map, name);
}

function showMap(map: ImageMap, name: string): void {
  const sections = mapSections(map, name);
  const titles = [['files', 'Files'], ...sections.map(({ id, title }) => [id, title]), ['check', 'Check']] as const;
  put(element('image-summary'), html`${summaryOf(map)}`);
  put(element('image-contents'), html`${titles.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}`);
  put(element('map'), html`${sections.map(sectionOf)}`);
  say(`The map of ${name} is shown.`);
}

/** An error about the image; the map says why it has no files. */
function asFault(error: unknown): IsopressError {
  if (error instanceof IsopressError) return error;
  throw error;
}
