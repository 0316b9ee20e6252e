// A matrix of 24 images: two architectures, three root file systems, four locales, from small synthetic root trees.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN } from './command.js';
import { smallDescription, smallIso } from './small-iso.js';

const ARCHITECTURES = ['x86_64', 'i386'] as const;
const MATRIX = `target-dir: out
description: description-{arch}
root: root-{arch}
initrd: initrd
epoch: 1700000000
level: 1
xattrs: false
seed: "{locale}"
name: "{arch}-{root-filesystem}-{locale}"
axes:
  arch: [${ARCHITECTURES.join(', ')}]
  root-filesystem: [ext4, squashfs, erofs]
  locale: [cs, de, en, fr]
`;
export const COUNT = 24;

/** The same input in a separate directory, so that every engine has its own results and its own cache. */
export function matrixInputs(scratch: string, name: string): { readonly directory: string; readonly file: string } {
  const directory = join(scratch, name);
  mkdirSync(directory);
  const names = ['initrd', ...ARCHITECTURES.flatMap((name) => [`root-${name}`, `description-${name}`])];
  const parts = names.map((part) => join(scratch, part));
  execFileSync('cp', ['--archive', ...parts, directory]);
  const file = join(directory, 'images.yaml');
  writeFileSync(file, MATRIX);
  return { directory, file };
}

/** The program by whose header the architecture of a small root is found, as one of a 32-bit x86. */
function makeOld(root: string): void {
  const path = join(root, 'usr/bin/node-head');
  const program = readFileSync(path);
  program.writeUInt8(1, 4);
  program.writeUInt16LE(3, 18);
  writeFileSync(path, program);
}

/** Makes everything of which {@link matrixInputs} takes copies. Returns a PATH that has isopress. */
export function prepareMatrix(scratch: string): string {
  smallIso(scratch);
  for (const name of ARCHITECTURES) {
    execFileSync('cp', ['--archive', join(scratch, 'root'), join(scratch, `root-${name}`)]);
    mkdirSync(join(scratch, `description-${name}`));
    const firmware = name === 'i386' ? 'bios' : 'efi';
    writeFileSync(join(scratch, `description-${name}`, 'config.xml'), smallDescription(`firmware="${firmware}"`));
  }
  makeOld(join(scratch, 'root-i386'));
  const bin = join(scratch, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'isopress'), `#!/bin/sh\nexec '${process.execPath}' '${MAIN}' "$@"\n`);
  chmodSync(join(bin, 'isopress'), 0o755);
  return `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`;
}

/** Digests of the finished images, by their names. */
export function matrixDigests(directory: string): Readonly<Record<string, string>> {
  const { images } = JSON.parse(readFileSync(join(directory, 'out/isopress.matrix.json'), 'utf8'));
  return Object.fromEntries((images as { name: string; sha256: string }[]).map(({ name, sha256 }) => [name, sha256]));
}
