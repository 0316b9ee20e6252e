// The page of the app: takes a file, and shows its content. Nothing leaves the browser, because the policy allows no connection.

import { displayText, fromText, html, mapImage, mapSections, openSpool, sectionOf, summaryOf } from 'isopress/browser';
import { offerCheck } from './check.js';
import { attempt, element, put, say } from './dom.js';
import { showFiles } from './files.js';
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

async function show(file: File): Promise<void> {
  const name = displayText(fromText(file.name));
  say(`Reading ${name}.`);
  const shown = element('image');
  shown.hidden = true;
  const [source, spool] = [fileSource(file), openSpool()];
  const map = await mapImage(source, { spool });
  const sections = mapSections(map, name);
  put(element('image-title'), html`${name}`);
  put(element('image-summary'), html`${summaryOf(map)}`);
  const titles = [['files', 'Files'], ...sections.map(({ id, title }) => [id, title]), ['check', 'Check']] as const;
  put(element('image-contents'), html`${titles.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}`);
  put(element('map'), html`${sections.map(sectionOf)}`);
  document.title = `${name} – isopress`;
  shown.hidden = false;
  offerCheck(source, spool);
  if (map.layers[0]?.tree) await showFiles(source, name, spool);
  else put(element('files-body'), html`<p>There are no files at the top of this image.</p>`);
  element('image-title').focus();
  say(`${name} is shown.`);
}
