// isopress/browser: one module without Node.js, whose replacements for modules that need it offer the same.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { beforeAll, describe, expect, test } from 'vitest';
import { browserBundle } from '../../../scripts/browser-bundle.js';
import { base64Bytes } from '../../../src/bytes/index.js';
import { gunzip as browserGunzip, inflateWhole as browserInflate } from '../../../src/compress/inflate.browser.js';
import { gunzip, inflateWhole } from '../../../src/compress/inflate.js';
import { DIGEST_NAMES } from '../../../src/io/digest-names.js';
import * as browserHash from '../../../src/io/hash.browser.js';
import * as hash from '../../../src/io/hash.js';
import { blobSource } from '../../../src/public/browser.js';

const root = resolve(import.meta.dirname, '../../..');
const source = join(root, 'src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' });
const twins = files.filter((name) => name.endsWith('.browser.ts'));

/** Names of Node.js that browsers do not have. */
const FOREIGN = new Set(['Buffer', 'process', 'setImmediate', '__dirname', '__filename']);

/** Identifiers of a module that refer to something outside it: neither properties nor its declarations. */
function foreignNames(code: string): string[] {
  const found = new Set<string>();
  const visit = (node: ts.Node) => {
    const { parent } = node;
    const isProperty =
      parent &&
      'name' in parent &&
      parent.name === node &&
      !ts.isVariableDeclaration(parent) &&
      !ts.isBindingElement(parent);
    if (ts.isIdentifier(node) && FOREIGN.has(node.text) && !isProperty) found.add(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2023, true));
  return [...found];
}

describe('the module for browsers', () => {
  let code = '';
  let modules: readonly string[] = [];
  beforeAll(async () => {
    ({ code, modules } = await browserBundle());
  });

  test('imports nothing, and uses no name that only Node.js has', () => {
    expect(code.length).toBeGreaterThan(500_000);
    expect(/^import |\bfrom ["']node:|\bimport\(/m.exec(code)).toBeNull();
    expect(foreignNames(code)).toEqual([]);
    expect(code).toBe(readFileSync(join(root, 'dist/browser.js'), 'utf8'));
  });

  test('has neither writers of files nor the builder nor the command', () => {
    const own = modules.map((id) => relative(join(root, 'dist'), id));
    expect(own.length).toBeGreaterThan(200);
    // Lists of packages come from every kind of database that no other program has to read.
    expect(own).toContain('live/packages/sqlite-table.js');
    expect(own.filter((name) => /^(cli|extract|live\/(?!packages))\b/.test(name))).toEqual([]);
  });
});

test.each(twins)('%s has a module of Node.js next to it, and exports only what that does', async (twin) => {
  const host = twin.replace('.browser.ts', '.ts');
  expect(files).toContain(host);
  const [own, other] = [twin, host].map((name) => exportsOf(readFileSync(join(source, name), 'utf8')));
  expect(own!.length).toBeGreaterThan(0);
  expect(own!.filter((name) => !other!.includes(name))).toEqual([]);
});

/** Names of exported functions, constants and classes. */
const exportsOf = (text: string) =>
  [...text.matchAll(/^export (?:async )?(?:function\*?|const|class) (\w+)/gm)].map(([, name]) => name!);

describe('replacements give the same as Node.js', () => {
  const bytes = new Uint8Array(200_000).map((_, at) => (at * at) % 251);

  test.each(DIGEST_NAMES)('%s', (name) => {
    const [a, b] = [hash, browserHash].map(({ createDigest, digestOf }) => {
      const digest = createDigest(name);
      digest.update(bytes.subarray(0, 1000));
      const early = Buffer.from(digest.snapshot()).toString('hex');
      digest.update(bytes.subarray(1000));
      return [early, digest.hex(), Buffer.from(digestOf(name, bytes)).toString('hex')];
    });
    expect(b).toEqual(a);
  });

  test('deflate, and gzip in several members and pieces of any size', async () => {
    const { deflateRawSync, gzipSync } = await import('node:zlib');
    const raw = deflateRawSync(bytes);
    expect(Buffer.compare(browserInflate(raw, bytes.length), inflateWhole(raw, bytes.length))).toBe(0);
    expect(() => browserInflate(raw, 1000)).toThrow();
    const packed = Buffer.concat([gzipSync(bytes), gzipSync(bytes.subarray(0, 10))]);
    const unpacked = async (decode: typeof gunzip, length: number, end = packed.length) => {
      const pieces = async function* () {
        for (let at = 0; at < end; at += length) yield packed.subarray(at, Math.min(at + length, end));
      };
      const parts: Uint8Array[] = [];
      for await (const part of decode(pieces())) parts.push(part.slice());
      return Buffer.concat(parts);
    };
    const whole = await unpacked(gunzip, 1000);
    const first = gzipSync(bytes).length;
    for (const length of [7, first, packed.length]) {
      expect(Buffer.compare(await unpacked(browserGunzip, length), whole)).toBe(0);
    }
    await expect(unpacked(browserGunzip, 1000, first - 5)).rejects.toThrow();
  });

  test('base64 with and without padding, of both alphabets', () => {
    for (const text of ['', 'AA==', 'AAA', '-_8=', '+/8', 'A', 'AB CD\n==rest']) {
      expect(Buffer.from(base64Bytes(text))).toEqual(Buffer.from(text, 'base64'));
    }
  });
});

test('a blob is a source: short and long reads, slices, nothing outside', async () => {
  const bytes = new Uint8Array(700_000).map((_, at) => at % 249);
  const image = blobSource(new Blob([bytes]));
  for (const [at, length] of [
    [0, 1],
    [262_140, 10],
    [100, 300_000],
    [699_990, 10],
  ] as const) {
    const into = new Uint8Array(length);
    await image.slice({ at, length }).read(0, into);
    expect(Buffer.compare(into, bytes.subarray(at, at + length))).toBe(0);
  }
  await expect(image.read(699_999, new Uint8Array(2))).rejects.toThrow();
});
