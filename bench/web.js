// npm run bench:web -- IMAGE [--path PATH] [--runs N]
// How long the web app in Chromium takes to show a file of the innermost layer of an image, and `isopress cat` to print it: one after the
// other in one run, each time with a new process, a new page and the image in the page cache. Ends with 1 above the mark.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { buildWeb } from '../scripts/build-web.js';

const CLI = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const CHROMIUM = '/usr/bin/chromium-headless-shell';
/** Times the wall time of `isopress cat`. */
const MARK = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: 'string', default: 'LiveOS/squashfs.img/LiveOS/rootfs.img/usr/lib/os-release' },
    runs: { type: 'string', default: '5' },
  },
});
const [image] = positionals;
if (image === undefined) throw new Error('Name an image, such as a live ISO of `npm run demo`.');
const names = values.path.split('/');

const scratch = mkdtempSync(join(tmpdir(), 'isopress-bench-'));
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
try {
  const app = pathToFileURL(await buildWeb(scratch)).href;
  const [ours, theirs] = [[], []];
  const expected = cat().text;
  for (let i = 0; i < Number(values.runs); i++) {
    ours.push(cat().seconds);
    theirs.push(await show(app, expected));
  }
  const ratio = median(theirs) / median(ours);
  console.log(`isopress cat  ${listed(ours)}`);
  console.log(`web app       ${listed(theirs)}`);
  console.log(`ratio         ${ratio.toFixed(2)} (mark ${MARK})`);
  process.exitCode = ratio > MARK ? 1 : 0;
} finally {
  await browser.close();
  rmSync(scratch, { recursive: true });
}

/** Prints the file in a new process. */
function cat() {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'cat', `${image}/${values.path}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return { text: stdout, seconds: (performance.now() - started) / 1000 };
}

/** Seconds from the choice of the image in a new page until the file is shown. @param {string} app @param {string} expected */
async function show(app, expected) {
  const page = await browser.newPage();
  await page.goto(app);
  const started = performance.now();
  await page.setInputFiles('#file', /** @type {string} */ (image));
  await page.locator('#image').waitFor();
  for (const [i, name] of names.entries()) {
    const isLast = i === names.length - 1;
    const entry = page.locator('button.name').and(page.getByText(new RegExp(`^${RegExp.escape?.(name) ?? name}/?$`)));
    await entry.click();
    // A file that is an image is shown before it is entered.
    if (!isLast && name.includes('.')) await page.locator('[data-inside]').click();
  }
  const text = page.locator('#preview pre');
  await text.waitFor();
  const seconds = (performance.now() - started) / 1000;
  if ((await text.textContent()) !== expected) throw new Error('The app shows other text than isopress cat prints.');
  await page.close();
  return seconds;
}

/** @param {readonly number[]} times */
function median(times) {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

/** @param {readonly number[]} times */
function listed(times) {
  return `${median(times).toFixed(2)} s  (${times.map((time) => time.toFixed(2)).join(', ')})`;
}
