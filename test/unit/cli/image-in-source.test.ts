// An image that is written into its own source, or has a name that is taken by its source.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partPath } from '../../../src/io/index.js';
import { isopress } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
mkdirSync(tree);
writeFileSync(join(tree, 'file'), 'hello');
const at = (name: string) => join(scratch, name);

describe('an image inside its own source', () => {
  test('is left out of it, with a note', () => {
    const own = at('own');
    mkdirSync(own);
    writeFileSync(join(own, 'file'), 'x');
    const image = join(own, 'own.img');
    const first = isopress(['squashfs', own, image, '--epoch', '0', '--progress', 'none']);
    expect([first.status, first.stderr]).toEqual([0, expect.stringContaining('inside the source')]);
    const bytes = readFileSync(image);
    expect(isopress(['squashfs', own, image, '--epoch', '0', '--force', '--quiet']).status).toBe(0);
    expect(isopress(['ls', image]).stdout).toBe('file\n');
    expect(bytes.length).toBeGreaterThan(0);
  });
  test('with what a killed run left of it', () => {
    const killed = at('killed');
    mkdirSync(killed);
    writeFileSync(join(killed, 'file'), 'x');
    const image = join(killed, 'own.img');
    writeFileSync(partPath(image), 'half an image');
    expect(isopress(['squashfs', killed, image, '--quiet']).status).toBe(0);
    expect(isopress(['ls', image]).stdout).toBe('file\n');
  });
  test('reached by another name too', () => {
    symlinkSync(tree, at('alias'));
    const { stderr } = isopress(['fat', tree, join(at('alias'), 'new.img'), '--plan']);
    expect(stderr).toContain('inside the source');
  });
  test('reached by a link, to a new file and to an old one', () => {
    const linked = at('linked');
    mkdirSync(linked);
    writeFileSync(join(linked, 'file'), 'x');
    symlinkSync(join(linked, 'own.img'), at('link.img'));
    for (const _ of ['new', 'old']) {
      const { stderr } = isopress(['squashfs', linked, at('link.img'), '--force', '--progress', 'none']);
      expect(stderr).toContain('inside the source');
      expect(isopress(['ls', join(linked, 'own.img')]).stdout).toBe('file\n');
    }
  });
  test('with a name that begins with two dots', () => {
    const { stderr } = isopress(['fat', tree, join(tree, '..new.img'), '--plan']);
    expect(stderr).toContain('inside the source');
  });
});

test('a source with the temporary name of the image is refused, and stays', () => {
  const source = at('source.iso.isopress-part');
  expect(isopress(['iso', tree, source, '--quiet']).status).toBe(0);
  const before = readFileSync(source);
  symlinkSync(source, at('source-link'));
  const runs = [
    ['edit', source, at('source.iso'), '--volume-id', 'NEW'],
    ['edit', at('source-link'), at('source.iso'), '--volume-id', 'NEW', '--force'],
    ['squashfs', source, at('source.iso')],
    ['squashfs', `${source}/`, at('source.iso')],
  ];
  for (const words of runs) {
    const { status, stderr } = isopress(words);
    expect({ words, status, stderr }).toMatchObject({ status: 4, stderr: expect.stringContaining('[target.source]') });
    expect(readFileSync(source)).toEqual(before);
  }
  expect(isopress(['edit', source, at('other.iso'), '--volume-id', 'NEW', '--quiet']).status).toBe(0);
});
