// The web app and the pages of `info --html` in Chromium: a disc is read to its innermost layer, nothing leaves the page, names are data,
// and axe finds nothing that keeps people out.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AxeResults } from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { buildWeb } from '../../scripts/build-web.js';
import { bytesSource, displayText, fromText, toBytes, verifyImage } from '../../src/index.js';
import { mapImage, mapPage } from '../../src/public/map.js';
import { HOSTILE_NAMES, nestedDisc } from '../support/nested-image.js';
import { oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const CHROMIUM = 'chromium-headless-shell';
const scratch = scratchDirectory();
const disc = join(scratch, 'nested.iso');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let app = '';
let page = '';
let browser: Browser | undefined;
let server: Server | undefined;

beforeAll(async () => {
  const image = await nestedDisc();
  writeFileSync(disc, await toBytes(image));
  app = await buildWeb(join(scratch, 'web'));
  page = join(scratch, 'page.html');
  writeFileSync(page, mapPage(await mapImage(image), 'nested.iso'));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

/** A page, and every request and fault of it. */
interface Visit {
  readonly page: Page;
  readonly requests: string[];
  readonly faults: string[];
}

async function visit(url: string): Promise<Visit> {
  browser ??= await chromium.launch({ executablePath: `/usr/bin/${CHROMIUM}`, args: ['--no-sandbox'] });
  const opened = await browser.newPage();
  const [requests, faults]: [string[], string[]] = [[], []];
  opened.on('request', (request) => requests.push(request.url()));
  opened.on('console', (message) => faults.push(message.text()));
  opened.on('pageerror', (error) => faults.push(error.message));
  opened.on('dialog', (dialog) => {
    faults.push(dialog.message());
    void dialog.dismiss();
  });
  await opened.goto(url);
  return { page: opened, requests, faults };
}

/** Opens the disc, and goes to a directory of its innermost layer by what people click. */
async function enter(opened: Page, ...names: readonly string[]): Promise<void> {
  await opened.setInputFiles('#file', disc);
  await opened.locator('#image').waitFor();
  for (const name of ['LiveOS/', 'squashfs.img', '', 'LiveOS/', 'rootfs.img', '', ...names]) {
    const before = await opened.locator('#listing-title').textContent();
    const button = opened.locator(name === '' ? '[data-inside]' : 'button.name');
    await (name === '' ? button : button.getByText(name, { exact: true })).click();
    if (name.endsWith('/') || name === '')
      await expect.poll(() => opened.locator('#listing-title').textContent()).not.toBe(before);
    else await opened.locator('#preview-title').waitFor();
  }
}

const violations = async (opened: Page) => {
  await opened.evaluate(axe);
  const { violations: found } = await opened.evaluate<AxeResults>('axe.run()');
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' ')}`);
};

oracle(CHROMIUM)(
  'the app shows and saves a file of the innermost layer, from the disk and without a request',
  async () => {
    const url = pathToFileURL(app).href;
    const { page: opened, requests, faults } = await visit(url);
    await enter(opened, 'etc/', 'motd');
    expect(await opened.locator('#preview pre').textContent()).toBe('Hello from the innermost layer.\n');
    expect(await opened.locator('#preview dd').first().textContent()).toBe(
      '/LiveOS/squashfs.img/LiveOS/rootfs.img/etc/motd',
    );
    const saved = opened.waitForEvent('download');
    await opened.locator('[data-download]').click();
    expect((await saved).suggestedFilename()).toBe('motd');
    expect(readFileSync(await (await saved).path(), 'utf8')).toBe('Hello from the innermost layer.\n');
    await opened.locator('button.name').getByText('link', { exact: true }).click();
    await expect.poll(() => opened.locator('#preview-title').textContent()).toBe('motd');
    expect(requests.filter((request) => !request.startsWith('blob:'))).toEqual([url]);
    expect(faults).toEqual([]);
  },
);

oracle(CHROMIUM)(
  'the app works from a web server, which it asks for nothing but itself, and checks the image',
  async () => {
    const asked: string[] = [];
    server = createServer(({ url = '' }, response) => {
      asked.push(url);
      response.setHeader('content-type', 'text/html');
      response.end(readFileSync(app));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { page: opened, faults } = await visit(`http://127.0.0.1:${port}/`);
    await opened.setInputFiles('#file', disc);
    await opened.locator('#check-start').click();
    await opened.locator('#check-result p').first().waitFor();
    // As the command finds it.
    const { layers, findings } = await verifyImage(bytesSource(readFileSync(disc)));
    const shown = (await opened.locator('#check-result').textContent()) ?? '';
    expect(shown).toContain(`${layers.length} layers checked`);
    expect(findings.length).toBeGreaterThan(0);
    expect(findings.filter(({ message, code }) => !shown.includes(`${message} ${code}`))).toEqual([]);
    expect(asked).toEqual(['/']);
    expect(faults).toEqual([]);
  },
);

oracle(CHROMIUM)('names of an image are text in the app: no element, no script, no dialog', async () => {
  const { page: opened, faults } = await visit(pathToFileURL(app).href);
  await enter(opened, 'srv/');
  const shown = await opened.locator('#files-body button.name').allTextContents();
  expect(shown.sort()).toEqual(HOSTILE_NAMES.map((name) => displayText(fromText(name))).sort());
  for (const name of shown) {
    await opened.locator('#files-body button.name').getByText(name, { exact: true }).click();
    await expect.poll(() => opened.locator('#preview-title').textContent()).toBe(name);
  }
  expect(await opened.locator('script, img, iframe, b, i').count()).toBe(1);
  expect(faults).toEqual([]);
});

oracle(CHROMIUM)('a page about an image runs without scripts and asks for nothing', async () => {
  const url = pathToFileURL(page).href;
  const { page: opened, requests, faults } = await visit(url);
  expect(await opened.locator('h1').textContent()).toBe('nested.iso');
  expect(await opened.locator('script, img, iframe, b, i').count()).toBe(0);
  expect(requests).toEqual([url]);
  expect(faults).toEqual([]);
});

oracle(CHROMIUM)('axe finds no fault of the app with a file open, in light and dark, and of a page', async () => {
  const { page: opened } = await visit(pathToFileURL(app).href);
  await enter(opened, 'etc/', 'motd');
  for (const colorScheme of ['light', 'dark'] as const) {
    await opened.emulateMedia({ colorScheme });
    expect(await violations(opened)).toEqual([]);
  }
  await opened.goto(pathToFileURL(page).href);
  expect(await violations(opened)).toEqual([]);
});
