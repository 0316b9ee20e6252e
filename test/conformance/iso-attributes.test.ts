// Extended attributes and access lists: xorriso restores them from our discs, getfattr and getfacl compare.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planDisc } from '../../src/disc/index.js';
import { scanDirectory } from '../../src/source/index.js';
import { EPOCH, writeDisc } from '../support/discs.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();

/** Runs a tool that has to succeed. */
function must(tool: string, ...args: string[]): string {
  const { status, stdout, stderr } = judge(tool, args);
  expect(status, stderr).toBe(0);
  return stdout;
}

function makeTree(name: string): string {
  const top = join(scratch, name);
  mkdirSync(join(top, 'private/inner'), { recursive: true });
  for (const file of ['plain', 'listed', 'large', 'many', 'private/inner/file']) writeFileSync(join(top, file), file);
  const acl = (entries: string, ...names: string[]) =>
    must('setfacl', '-m', entries, ...names.map((path) => join(top, path)));
  const attribute = (path: string, key: string, value: string) =>
    must('setfattr', '-n', key, '-v', value, join(top, path));
  acl('u:1000:rw,u:70000:r,g:55:rx,g:0:---,u:daemon:rwx', 'listed', 'private/inner/file');
  acl('d:u:1000:rwx,d:g:4000000:rx', 'private');
  acl('u:1:x,d:u:2:w,d:o::---', 'private/inner');
  // xorriso loses attributes without a value, also those of its own discs.
  attribute('listed', 'user.mime_type', 'text/plain');
  attribute('large', 'user.large', 'v'.repeat(3000));
  for (let i = 0; i < 25; i++) attribute('many', `user.name-${i}-${'n'.repeat(i * 2)}`, `${i}`.repeat(i));
  attribute('private', 'user.directory', '0x00ff00fe');
  attribute('.', 'user.root', 'of the tree');
  acl('u:12:r', '.');
  return top;
}

async function restored(top: string, options: { level?: 4 } = {}): Promise<string> {
  const out = `${top}-out`;
  rmSync(out, { recursive: true, force: true });
  const tree = await scanDirectory(fromText(top));
  const plan = planDisc(tree, { epoch: EPOCH, seed: 's', ...options });
  expect(plan.layout.losses.map(({ code }) => code)).not.toContain('iso9660.xattrs');
  const disc = await writeDisc(plan, `${top}.iso`);
  // "any" is every namespace; only root may set those beyond "user.".
  must('xorriso', '-acl', 'on', '-xattr', 'any', '-osirrox', 'on', '-indev', disc, '-extract', '/', out);
  return out;
}

const lists = (top: string) => judge('getfacl', ['-R', '-n', '-p', '.'], { cwd: top }).stdout;
const attributes = (top: string) => judge('getfattr', ['-R', '-d', '-m', '-', '-e', 'hex', '.'], { cwd: top }).stdout;

describe('attributes', () => {
  oracle(
    'xorriso',
    'getfattr',
    'setfattr',
    'getfacl',
    'setfacl',
  )('come back by xorriso', async () => {
    const top = makeTree('tree');
    for (const options of [{}, { level: 4 as const }]) {
      const out = await restored(top, options);
      expect(attributes(out)).toBe(attributes(top));
      expect(lists(out)).toBe(lists(top));
      expect(lists(out)).toContain('default:group:4000000:r-x');
    }
  });

  kernelOracle(
    'xorriso',
    'getfattr',
    'setcap',
    'getcap',
  )('of the system come back too: capabilities, security and trusted attributes', async () => {
    const top = makeTree('system');
    must('setcap', 'cap_net_raw,cap_net_admin+ep', join(top, 'plain'));
    must('setfattr', '-n', 'trusted.overlay.opaque', '-v', 'y', join(top, 'private'));
    must('setfattr', '-n', 'security.test', '-v', 'x', join(top, 'large'));
    const out = await restored(top);
    expect(attributes(out)).toBe(attributes(top));
    expect(must('getcap', join(out, 'plain'))).toMatch(/cap_net_admin,cap_net_raw[+=]+ep/);
  });
});
