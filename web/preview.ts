// The preview of one file: its facts, its text or its first bytes, and buttons to save or open it.

import { type File, facts, type Html, html, showBytes } from 'isopress/browser';
import { headOf } from './places.js';

/** Bytes that are shown of a text, and of other files; the latter in lines of {@link PER_LINE} bytes. */
const TEXT = 256 * 1024;
const HEX = 512;
const PER_LINE = 16;

/** The preview of a file as HTML. */
export async function preview(name: string, path: string, node: File): Promise<Html> {
  const { size } = node.content;
  const head = await headOf(node, TEXT);
  const text = textOf(head, size > head.length);
  const left = size - (text === undefined ? Math.min(HEX, size) : head.length);
  return html`<h3 id="preview-title" class="path" tabindex="-1">${name}</h3>
${facts([
  ['path', html`<span class="path">${path}</span>`],
  ['size', showBytes(size)],
  ['mode', modeText(node.mode)],
  ['owner', `${node.uid}:${node.gid}`],
  ['modified', timeText(node.mtime.seconds)],
])}<p class="actions"><button type="button" data-download>Download</button> <button type="button" data-inside>Look inside</button></p>
<pre tabindex="0" aria-label="${text === undefined ? 'First bytes in hexadecimal' : 'Text'}">${text ?? hexOf(head.subarray(0, HEX))}</pre>
${left > 0 ? html`<p class="muted">${showBytes(left)} more are not shown.</p>` : undefined}`;
}

/** The bytes as text, if they are UTF-8 without control characters. With `isPart` the last character may be incomplete. */
function textOf(bytes: Uint8Array, isPart: boolean): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: isPart });
    // Marks that change the direction of text could disguise it, so they are shown as U+FFFD.
    return /(?![\n\t\r\f])\p{Cc}/u.test(text) ? undefined : text.replace(/\p{Bidi_Control}/gu, '\ufffd');
  } catch {
    return undefined;
  }
}

function hexOf(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += PER_LINE) {
    const line = bytes.subarray(at, at + PER_LINE);
    const hex = Array.from(line, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = Array.from(line, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(3 * PER_LINE - 1)}  ${text}`);
  }
  return lines.join('\n');
}

/** `0644` */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** `2023-11-14 22:13`, in UTC; empty for a time beyond the range of `Date`. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ');
}
