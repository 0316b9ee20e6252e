// Pages about images: every value of an image is data, nothing is loaded, the same image gives the same page.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { bytesSource, displayText, fromText, toBytes } from '../../../src/index.js';
import { html } from '../../../src/page/index.js';
import { mapImage, mapPage } from '../../../src/public/map.js';
import { isopress } from '../../support/command.js';
import { HOSTILE_NAMES, nestedDisc } from '../../support/nested-image.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const image = join(scratch, 'nested.iso');
let page = '';

beforeAll(async () => {
  const disc = await nestedDisc();
  writeFileSync(image, await toBytes(disc));
  page = mapPage(await mapImage(disc), '</title><script>alert(0)</script>');
});

/** Every tag with its attributes, as a parser sees them: nothing else begins with `<` in a page. */
const tagsOf = (text: string) => [...text.matchAll(/<(?!\/|!doctype)([^>]*)>/g)].map(([, tag]) => tag!);

test('templates escape text and numbers, and take only HTML as it is', () => {
  const hostile = `<&>"'\``;
  expect(html`<p title="${hostile}">${[html`<b>${1}</b>`, undefined, hostile]}</p>`.text).toBe(
    '<p title="&lt;&amp;&gt;&quot;&#39;&#96;"><b>1</b>&lt;&amp;&gt;&quot;&#39;&#96;</p>',
  );
});

describe('a page', () => {
  test('has no element or attribute from a name of the image', () => {
    const known =
      /^(html|head|meta|title|style|body|a|header|h[123]|p|nav|ul|li|main|section|figure|figcaption|svg|g|title|rect|path|text|table|caption|thead|tbody|tr|th|td|div|dl|dt|dd|span|details|summary|footer)( [a-z-]+(="[^"<>]*")?)*\/?$/i;
    const withoutStyle = page.replace(/<style>.*<\/style>/s, '<style>');
    expect(tagsOf(withoutStyle).length).toBeGreaterThan(200);
    expect(tagsOf(withoutStyle).filter((tag) => !known.test(tag))).toEqual([]);
    expect(tagsOf(withoutStyle).filter((tag) => /\s(on\w+|style|src|srcdoc)=/i.test(tag))).toEqual([]);
    expect([...withoutStyle.matchAll(/href="([^"]*)"/g)].filter(([, href]) => !href!.startsWith('#'))).toEqual([]);
    expect(/\p{Bidi_Control}|(?!\n)\p{Cc}/u.exec(page)).toBeNull();
  });

  test('shows the hostile names as they are', () => {
    const shown = HOSTILE_NAMES.map((name) => html`${displayText(fromText(name))}`.text);
    expect(shown.filter((name) => !page.includes(`/srv/${name}`))).toEqual([]);
    expect(page).toContain('&lt;b&gt;bold&lt;/b&gt;');
    expect(page).toContain('1&amp;2');
    expect(page).toContain('<h1>&lt;/title&gt;&lt;script&gt;alert(0)');
    expect(page).toContain('&lt;i&gt;root&lt;/i&gt;');
  });

  test('allows its own style sheet and nothing else', () => {
    const [, style] = /<style>(.*)<\/style>/s.exec(page)!;
    const digest = createHash('sha256').update(style!).digest('base64');
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page)!;
    expect(policy!.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${digest}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/url\(|@import|<script|<link|<img|<iframe/i);
  });

  test('has a heading for every section, a caption for every table, and a description for every drawing', () => {
    const count = (pattern: RegExp) => [...page.matchAll(pattern)].length;
    expect(count(/<h1>/g)).toBe(1);
    expect(count(/<section id="([\w-]+)" aria-labelledby="\1-title">/g)).toBe(count(/<section/g));
    expect(count(/<table>\n<caption>/g)).toBe(count(/<table/g));
    expect(count(/role="img" aria-label="[^"]{20,}"|aria-hidden="true"/g)).toBe(count(/<svg/g));
  });
});

describe('isopress info --html', () => {
  test('writes the same page twice, in addition to the usual report', () => {
    const [a, b] = [join(scratch, 'a.html'), join(scratch, 'b.html')];
    const first = isopress(['info', '--html', a, image]);
    expect(first).toMatchObject({ status: 0, stderr: '' });
    expect(first.stdout).toContain('iso9660 "NESTED"');
    expect(isopress(['info', '--json', '--html', b, image]).status).toBe(0);
    expect(readFileSync(a, 'utf8')).toBe(readFileSync(b, 'utf8'));
    expect(readFileSync(a, 'utf8')).toContain('<h1>nested.iso</h1>');
  });

  test('replaces no file unless it is told to, and is about one image', () => {
    const taken = join(scratch, 'taken.html');
    writeFileSync(taken, 'mine');
    expect(isopress(['info', '--html', taken, image])).toMatchObject({ status: 4, stdout: '' });
    expect(readFileSync(taken, 'utf8')).toBe('mine');
    expect(isopress(['info', '--html', taken, '--force', image]).status).toBe(0);
    expect(isopress(['info', '--html', join(scratch, 'two.html'), image, image]).status).toBe(2);
  });

  test('describes a file that is not an image', () => {
    const text = join(scratch, 'text');
    writeFileSync(text, 'words');
    const target = join(scratch, 'text.html');
    expect(isopress(['info', '--html', target, text]).status).toBe(5);
    expect(readFileSync(target, 'utf8')).toContain('not an image of a known kind');
  });
});

test('a map does not change with what reads the image', async () => {
  const bytes = new Uint8Array(readFileSync(image));
  const whole = { ...bytesSource(bytes) };
  expect(await mapImage(whole)).toEqual(await mapImage(bytesSource(bytes)));
});
