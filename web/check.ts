// The check of an image. A button starts it, because it reads the whole image.

import {
  type Finding,
  type Html,
  html,
  type Source,
  type Spool,
  table,
  type VerifyReport,
  verifyImage,
} from 'isopress/browser';
import { attempt, element, put, say } from './dom.js';

/** Shows the button that checks an image. */
export function offerCheck(image: Source, spool: Spool): void {
  const body = element('check-body');
  put(
    body,
    html`<p>Structures, checksums, boot records and menus of every layer. All files are read, which takes a while.</p>
<p class="actions"><button type="button" id="check-start">Check the image</button></p><div id="check-result"></div>`,
  );
  const button = element<HTMLButtonElement>('check-start');
  button.onclick = () =>
    attempt(async () => {
      button.disabled = true;
      try {
        put(element('check-result'), resultOf(await check(image, spool)));
      } finally {
        button.disabled = false;
      }
    });
}

async function check(image: Source, spool: Spool): Promise<VerifyReport> {
  let step = '';
  const report = await verifyImage(image, {
    spool,
    run: {
      report: (progress) => {
        if (progress.step === step) return;
        step = progress.step;
        say(`${step[0]?.toUpperCase()}${step.slice(1)} …`);
      },
    },
  });
  say(report.findings.length === 0 ? 'The image is sound.' : `${report.findings.length} findings.`);
  return report;
}

function resultOf({ findings, layers, omitted, counts }: VerifyReport): Html {
  if (layers.length === 0) return html`<p>It is not an image of a known kind.</p>`;
  const checked = `${layers.length} ${layers.length === 1 ? 'layer' : 'layers'} checked`;
  if (findings.length === 0) return html`<p><strong>Sound.</strong> ${checked}, nothing found.</p>`;
  const columns = [{ title: 'severity' }, { title: 'finding' }, { title: 'place' }, { title: 'advice' }] as const;
  return html`<p>${checked}: ${counts.error} errors, ${counts.warning} warnings, ${counts.note} notes.</p>
${table('Findings', columns, findings.map(rowOf))}${omitted > 0 ? html`<p class="muted">${omitted} more of the same.</p>` : undefined}`;
}

function rowOf({ severity, message, code, layer, path, at, advice }: Finding) {
  const place = `${layer}${path === undefined ? '' : `/${path}`}${at === undefined ? '' : ` at byte ${at}`}`;
  return [
    html`<strong class="${severity}">${severity}</strong>`,
    html`${message} <code>${code}</code>`,
    html`<span class="path">${place === '' ? 'the image' : place}</span>`,
    advice,
  ];
}
