// How isopress edit ends when it cannot finish: the input is as it was, nothing of the output is left, and a sentence says why.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isopress, startIsopress } from '../support/command.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const MENU = 'menuentry "x" {\n  linux /boot/vmlinuz quiet\n}\n';
let before: string;

beforeAll(() => {
  mkdirSync(at('tree/boot/grub'), { recursive: true });
  writeFileSync(at('tree/boot/grub/grub.cfg'), MENU);
  writeFileSync(at('tree/boot/vmlinuz'), noise(3_000_000, 1));
  mkdirSync(at('add'));
  writeFileSync(at('add/file'), noise(100_000, 2));
  writeFileSync(at('menu'), `search --label $unknown\n${MENU}`);
  const words = ['iso', 'tree', 'disc.iso', '--udf', '--joliet', '--volume-id', 'OLD', '--quiet'];
  expect(isopress(words, { cwd: scratch }).status).toBe(0);
  before = digest(at('disc.iso'));
  mkdirSync(at('out'));
});

beforeEach(() => {
  for (const name of readdirSync(at('out'))) judge('rm', ['-rf', join(at('out'), name)]);
});

const edit = (image: string, output: string, ...options: string[]) =>
  isopress(['edit', image, output, '--quiet', ...options], { cwd: scratch });

/** The command ended as it should: no output, an input as it was, one sentence without a trace. */
function expectNothing({ status, stderr }: ReturnType<typeof edit>, code: string, exit: number) {
  expect({ status, stderr }).toMatchObject({ status: exit, stderr: expect.stringContaining(`[${code}]`) });
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(readdirSync(at('out'))).toEqual([]);
  expect(digest(at('disc.iso'))).toBe(before);
}

describe('an edit that ends early leaves nothing', () => {
  kernelOracle('mount')('when the disk is full', () => {
    judge('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'none', at('out')]);
    try {
      expectNothing(edit('disc.iso', 'out/edited.iso', '--add', 'add'), 'target.enospc', 4);
    } finally {
      judge('umount', [at('out')]);
    }
  });

  test('when a file may not be as large', () => {
    const limited = { cwd: scratch, prefix: ['prlimit', '--fsize=1000000'] };
    const result = isopress(['edit', 'disc.iso', 'out/edited.iso', '--quiet', '--add', 'add'], limited);
    expectNothing(result, 'target.efbig', 4);
  });

  test('when it is killed at any time, or the output is complete', async () => {
    const words = ['edit', at('disc.iso'), at('out/edited.iso'), '--quiet', '--add', at('add')];
    expect(isopress(words).status).toBe(0);
    const complete = digest(at('out/edited.iso'));
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      for (const milliseconds of [150, 300, 450, 600]) {
        rmSync(at('out'), { recursive: true });
        mkdirSync(at('out'));
        const child = startIsopress(words);
        const ended = new Promise((resolve) => child.once('exit', resolve));
        setTimeout(() => child.kill(signal), milliseconds);
        await ended;
        const left = readdirSync(at('out'));
        if (signal === 'SIGTERM') expect(left.filter((name) => name !== 'edited.iso')).toEqual([]);
        if (left.includes('edited.iso')) expect(digest(at('out/edited.iso'))).toBe(complete);
        expect(digest(at('disc.iso'))).toBe(before);
      }
    }
  });

  test('when the input is cut short', () => {
    copyFileSync(at('disc.iso'), at('short.iso'));
    truncateSync(at('short.iso'), statSync(at('short.iso')).size - 1_500_000);
    expectNothing(edit('short.iso', 'out/edited.iso', '--add', 'add'), 'edit.truncated', 3);
  });
});

test('the input may be the output, which replaces it only when it is complete', () => {
  copyFileSync(at('disc.iso'), at('own.iso'));
  const refused = edit('own.iso', 'own.iso', '--add', 'add');
  expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining('[target.exists]') });
  expect(digest(at('own.iso'))).toBe(before);
  const failed = isopress(['edit', 'own.iso', 'own.iso', '--quiet', '--force', '--add', 'add'], {
    cwd: scratch,
    prefix: ['prlimit', '--fsize=1000000'],
  });
  expect(failed.status).toBe(4);
  expect(digest(at('own.iso'))).toBe(before);
  expect(readdirSync(scratch).filter((name) => /own\.iso/.test(name))).toEqual(['own.iso']);
  expect(edit('own.iso', 'own.iso', '--force', '--add', 'add')).toMatchObject({ status: 0, stderr: '' });
  expect(isopress(['cat', 'own.iso', '/file'], { cwd: scratch }).status).toBe(0);
  expect(existsSync(at('own.iso'))).toBe(true);
});

test('a file that is called as browsers call an unfinished download stays, and may be a source', () => {
  copyFileSync(at('disc.iso'), at('new.iso.part'));
  judge('tar', ['-cf', at('new.img.part'), '-C', at('tree'), '.']);
  for (const [name, words] of [
    ['new.iso', ['edit', 'new.iso.part', 'new.iso', '--add', 'add']],
    ['new.iso', ['edit', 'disc.iso', 'new.iso', '--add', 'new.iso.part']],
    ['new.iso', ['squashfs', 'new.iso.part', 'new.iso']],
    ['new.img', ['squashfs', 'new.img.part', 'new.img', '--loss', 'ignore']],
  ] as const) {
    const kept = digest(at(`${name}.part`));
    const { status, stderr } = isopress([...words, '--quiet', '--force'], { cwd: scratch });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(digest(at(`${name}.part`))).toBe(kept);
  }
});

describe('requests that are refused before anything is written', () => {
  for (const [words, exit, code] of [
    [['none.iso', 'out/x'], 3, 'source.enoent'],
    [['tree', 'out/x'], 3, 'source.not-an-image'],
    [['tree/boot/vmlinuz', 'out/x'], 3, 'edit.not-an-iso'],
    [['disc.iso', 'out/none/x'], 4, 'target.enoent'],
    [['disc.iso', 'out'], 4, 'target.directory'],
    [['disc.iso', 'out/x', '--add', 'add/file:/boot/vmlinuz'], 3, 'edit.exists'],
    [['disc.iso', 'out/x', '--add', 'add/file:/boot/vmlinuz/below'], 3, 'edit.not-a-directory'],
    [['disc.iso', 'out/x', '--replace', 'add/file:/none'], 3, 'edit.no-file'],
    [['disc.iso', 'out/x', '--replace', 'add/file'], 2, 'edit.no-destination'],
    [['disc.iso', 'out/x', '--remove', '/none*'], 3, 'edit.no-match'],
    [['disc.iso', 'out/x', '--mode', '/none=644'], 3, 'edit.no-entry'],
    [['disc.iso', 'out/x', '--volume-id', 'x'.repeat(33)], 2, 'edit.volume-id'],
    [['disc.iso', 'out/x', '--owner', '/none=0:0'], 3, 'edit.no-entry'],
    [['disc.iso', 'out/x', '--loss', 'error', '--default-entry', 'none'], 3, 'edit.default-entry'],
    [['disc.iso', 'out/x', '--loss', 'error', '--remove', '/boot/grub/grub.cfg', '--timeout', '3'], 3, 'edit.timeout'],
    [['disc.iso', 'out/x', '--inside', 'boot/vmlinuz'], 2, 'edit.nothing-inside'],
    [['disc.iso', 'out/x', '--seed', 'nocloud=add'], 3, 'edit.seed'],
    [['disc.iso', 'out/x', '--seed', 'unattend=add'], 2, 'edit.seed-kind'],
    [['disc.iso', 'out/x', '--initrd-append', 'add'], 3, 'edit.no-initrd'],
    [['disc.iso', 'out/x', '--inside', 'boot/vmlinuz', '--add', 'add'], 3, 'edit.layer-format'],
    [['disc.iso', 'out/x', '--seed', 'preseed'], 2, 'edit.seed-kind'],
    [
      ['disc.iso', 'out/x', '--seed', 'kickstart=add/file', '--kernel-args', '+inst.ks=cdrom:/ks.cfg'],
      3,
      'edit.seed-argument',
    ],
    [['disc.iso', 'out/x', '--volume-id', 'A:B', '--seed', 'kickstart=add/file'], 3, 'edit.seed-label'],
    [
      ['disc.iso', 'out/x', '--loss', 'error', '--replace', 'menu:/boot/grub/grub.cfg', '--volume-id', 'NEW'],
      3,
      'edit.label-variable',
    ],
    [
      ['disc.iso', 'out/x', '--loss', 'error', '--remove', '/boot/grub/grub.cfg', '--kernel-args', '+a'],
      3,
      'edit.no-menu',
    ],
  ] as const) {
    test(words.join(' ').replace('x'.repeat(33), 'a long label'), () => {
      expectNothing(edit(...(words as unknown as [string, string])), code, exit);
    });
  }
});

test('paths in errors begin at the root of the image, however they are given', () => {
  for (const path of ['none*', '/none*']) {
    const { stderr } = edit('disc.iso', 'out/x', '--mode', `${path}=644`);
    expect(stderr).toContain('No entry of the image matches /none*.');
  }
  expect(edit('disc.iso', 'out/x', '--replace', 'add/file:none').stderr).toContain('The image has no /none.');
  expect(edit('disc.iso', 'out/x', '--add', 'add/file:boot/vmlinuz').stderr).toContain('already has /boot/vmlinuz.');
});

test('a time for menus is a number of seconds, or never', () => {
  expect(edit('disc.iso', 'out/x', '--timeout', '-1')).toMatchObject({
    ...{ status: 2, stderr: expect.stringContaining('from 0 to 3600, or never') },
  });
  const { status } = edit('disc.iso', 'never.iso', '--timeout', 'never');
  expect(status).toBe(0);
  expect(isopress(['cat', 'never.iso', '/boot/grub/grub.cfg'], { cwd: scratch }).stdout.toString()).toContain(
    'timeout=-1\n',
  );
});
