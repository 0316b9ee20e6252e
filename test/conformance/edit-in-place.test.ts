// isopress edit --in-place: the same bytes as a new image, and after kill -9 at every step of writing the old bytes or the new ones.
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/index.js';
import { recoverFile } from '../../src/io/index.js';
import { isopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { type InstallerFiles, installerFiles, pressFedora, pressLayout } from '../support/published-discs.js';
import { validReport } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const KILL = new URL('../support/kill-at-write.mjs', import.meta.url).href;
const edit = (...words: string[]) => isopress(['edit', '--quiet', '--loss', 'ignore', ...words], { cwd: scratch });
const done = { status: 0, stderr: '' };
let files: InstallerFiles;

/** Values in place, a file that goes, one that grows and some that come; directories keep their room. */
const CHANGES = [
  ...['--kernel-args', '+a=1 -quiet', '--volume-id', 'OTHER', '--remove', '/deep/a/b/c/d'],
  ...['--replace', 'kernel:/install/vmlinuz', '--add', 'added:/install'],
];

beforeAll(() => {
  files = installerFiles(scratch);
  writeFileSync(at('kernel'), noise(400_000, 8));
  mkdirSync(at('added'));
  writeFileSync(at('added/new'), noise(100_000, 9));
  mkdirSync(at('small/boot/grub'), { recursive: true });
  writeFileSync(at('small/boot/grub/grub.cfg'), 'menuentry "x" {\n  linux /vmlinuz quiet\n}\n');
  writeFileSync(at('small/vmlinuz'), noise(300_000, 1));
  const iso = ['iso', 'small', 'small.iso', '--joliet', '--volume-id', 'OLD', '--quiet', '--media-check', 'suse'];
  expect(isopress(iso, { cwd: scratch }).status).toBe(0);
});

describe('the image is the one that would have been written', () => {
  for (const name of ['ubuntu', 'isohybrid with a tag'] as const) {
    oracle(
      'xorriso',
      'genisoimage',
      'mkfs.vfat',
      'mcopy',
      'implantisomd5',
      'checkisomd5',
    )(name, () => {
      const image = at('disc.iso');
      const isTagged = name === 'isohybrid with a tag';
      if (isTagged) pressFedora(files, image);
      else pressLayout(name, files, image);
      expect(edit('disc.iso', 'new.iso', '--force', ...CHANGES)).toMatchObject(done);
      const { stdout, ...ended } = edit('--in-place', 'disc.iso', '--json', ...CHANGES);
      expect(ended).toMatchObject(done);
      expect(validReport(stdout)).toMatchObject({ sha256: digest(at('new.iso')) });
      expect(digest(image)).toBe(digest(at('new.iso')));
      expect(existsSync(at('.disc.iso.isopress-journal'))).toBe(false);
      if (isTagged) succeed('checkisomd5', [image]);
      const vmlinuz = at('vmlinuz');
      succeed('xorriso', ['-osirrox', 'on', '-indev', image, '-extract', '/install/vmlinuz', vmlinuz]);
      expect(digest(vmlinuz)).toBe(digest(at('kernel')));
    });
  }

  test('also after an edit that is taken back', () => {
    copyFileSync(at('small.iso'), at('back.iso'));
    const changes = ['--replace', 'kernel:/vmlinuz', '--add', 'added:/boot', '--volume-id', 'NEW'];
    expect(edit('--in-place', 'back.iso', '--resettable', ...changes)).toMatchObject(done);
    expect(digest(at('back.iso'))).not.toBe(digest(at('small.iso')));
    expect(edit('--in-place', 'back.iso', '--reset')).toMatchObject(done);
    expect(digest(at('back.iso'))).toBe(digest(at('small.iso')));
  });
});

test('killed at every step: the old image or the new one, after recovery', async () => {
  const changes = ['--replace', 'kernel:/vmlinuz', '--add', 'added:/boot', '--kernel-args', '+a=1'];
  expect(edit('small.iso', 'whole.iso', ...changes)).toMatchObject(done);
  const [before, after] = [digest(at('small.iso')), digest(at('whole.iso'))];
  const ends: string[] = [];
  for (let step = 1; ; step += step < 4 ? 1 : 4) {
    copyFileSync(at('small.iso'), at('killed.iso'));
    const env = { KILL_AT: String(step), NODE_OPTIONS: `--import=${KILL}` };
    const { status } = isopress(['edit', '--in-place', 'killed.iso', '--quiet', ...changes], { cwd: scratch, env });
    if (status === 0) break;
    expect(status).toBe(null);
    if (step === 4) {
      for (const words of [
        ['--in-place', 'killed.iso', '--volume-id', 'X'],
        ['killed.iso', 'other.iso'],
      ]) {
        const refused = edit(...words);
        expect(refused).toMatchObject({ status: 4, stderr: expect.stringContaining('[target.unfinished]') });
        expect(refused.stderr).toContain('--in-place and --recover');
      }
      await expectNoticed('killed.iso');
      const { stdout, ...ended } = edit('--in-place', 'killed.iso', '--recover', '--json');
      expect(ended).toMatchObject(done);
      expect(validReport(stdout)).toMatchObject({ recovery: 'undone' });
    }
    const recovery = await recoverFile(fromText(at('killed.iso')));
    const isNew = digest(at('killed.iso')) === after;
    if (!isNew) expect(digest(at('killed.iso'))).toBe(before);
    // The last thing to do is to remove the journal.
    if (recovery !== 'nothing') expect(recovery).toBe(isNew ? 'completed' : 'undone');
    ends.push(isNew ? 'new' : 'old');
  }
  expect(digest(at('killed.iso'))).toBe(after);
  // Once it is completed it is at every later step.
  expect(ends).toEqual([...ends].sort().reverse());
  expect(new Set(ends)).toEqual(new Set(['old', 'new']));
});

/** Every command that reads the image says that it may be half old and half new, and none writes to it. */
async function expectNoticed(image: string) {
  const run = (...words: string[]) => isopress(words, { cwd: scratch });
  expect(run('info', image).stdout).toMatch(/^killed\.iso: UNFINISHED, /);
  expect(validReport(run('info', image, '--json').stdout)).toMatchObject({ unfinished: true });
  const { status, stdout } = run('verify', image, '--json');
  expect(status).toBe(1);
  const finding = { code: 'image.unfinished', severity: 'error', layer: '' };
  expect(validReport(stdout)).toMatchObject({
    images: [{ findings: expect.arrayContaining([expect.objectContaining(finding)]) }],
  });
  for (const words of [
    ['diff', image, 'small.iso'],
    ['ls', image],
    ['check', image],
  ]) {
    expect(run(...words).stderr).toContain('note: an edit of this image in place was interrupted');
  }
  // Before the image is read.
  writeFileSync(at('empty.iso'), '');
  copyFileSync(at('.killed.iso.isopress-journal'), at('.empty.iso.isopress-journal'));
  for (const one of [image, 'empty.iso']) {
    expect(run('tag', one)).toMatchObject({ status: 4, stderr: expect.stringContaining('[target.unfinished]') });
  }
  rmSync(at('.empty.iso.isopress-journal'));
}

describe('nothing is changed', () => {
  const expectUnchanged = (image: string, ended: ReturnType<typeof edit>, code: string, exit: number) => {
    expect(ended).toMatchObject({ status: exit, stderr: expect.stringContaining(`[${code}]`) });
    expect(digest(image)).toBe(digest(at('small.iso')));
    expect(readdirSync(join(image, '..')).filter((name) => name.endsWith('-journal'))).toEqual([]);
  };

  kernelOracle('mount')('when the disk is full, before the file grows or before the journal is whole', () => {
    mkdirSync(at('full'));
    judge('mount', ['-t', 'tmpfs', '-o', 'size=2M', 'none', at('full')]);
    try {
      copyFileSync(at('small.iso'), at('full/disc.iso'));
      const { bavail, bsize } = statfsSync(at('full'));
      writeFileSync(at('full/filler'), new Uint8Array(bavail * bsize - 200_000));
      const full = (...given: string[]) => edit('--in-place', 'full/disc.iso', ...given);
      expectUnchanged(at('full/disc.iso'), full('--add', 'kernel:/boot/'), 'target.enospc', 4);
      writeFileSync(at('as large'), noise(300_000, 5));
      expectUnchanged(at('full/disc.iso'), full('--replace', 'as large:/vmlinuz'), 'target.enospc', 4);
      expect(full('--volume-id', 'NEW')).toMatchObject(done);
    } finally {
      judge('umount', [at('full')]);
    }
  });

  test('when the image has another name, is a link to a missing file, or a directory', () => {
    copyFileSync(at('small.iso'), at('two.iso'));
    linkSync(at('two.iso'), at('two too.iso'));
    expectUnchanged(at('two.iso'), edit('--in-place', 'two.iso', '--volume-id', 'X'), 'target.hard-links', 4);
    rmSync(at('two too.iso'));
    expect(edit('--in-place', 'two.iso', '--volume-id', 'X')).toMatchObject(done);
    expect(edit('--in-place', 'none.iso', '--volume-id', 'X')).toMatchObject({ status: 3 });
    expect(edit('--in-place', 'small', '--volume-id', 'X')).toMatchObject({ status: 3 });
  });

  test('when much of the disc would move', () => {
    mkdirSync(at('large/pool'), { recursive: true });
    mkdirSync(at('many/pool'), { recursive: true });
    writeFileSync(at('large/pool/first'), 'first');
    writeFileSync(at('large/hole'), '');
    truncateSync(at('large/hole'), 70 * 2 ** 20);
    for (let i = 0; i < 40; i++) writeFileSync(at(`many/pool/added ${i} with a long name.deb`), `added ${i}\n`);
    expect(isopress(['iso', 'large', 'large.iso', '--quiet'], { cwd: scratch }).status).toBe(0);
    const before = digest(at('large.iso'));
    for (const more of [[], ['--plan']]) {
      const refused = edit('--in-place', 'large.iso', '--add', 'many', ...more);
      expect(refused).toMatchObject({ status: 3, stderr: expect.stringContaining('[edit.in-place]') });
    }
    expect(digest(at('large.iso'))).toBe(before);
  });
});

test('a plan needs no name for the new image, and is the one that is written', () => {
  const names = readdirSync(scratch);
  const changes = ['--json', '--kernel-args', '+a=1', 'small.iso'];
  const { status, stdout } = edit(...changes, '--plan');
  expect(status).toBe(0);
  const { layout } = validReport(stdout);
  expect(validReport(edit(...changes, 'planned.iso', '--plan').stdout)['layout']).toEqual(layout);
  expect(readdirSync(scratch)).toEqual(names);
  expect(validReport(edit(...changes, 'written.iso').stdout)['layout']).toEqual(layout);
});

describe('requests that contradict themselves', () => {
  for (const [words, code] of [
    [['small.iso'], 'edit.no-output'],
    [['--in-place', 'small.iso', 'out.iso'], 'edit.in-place-output'],
    [['--in-place', 'small.iso', '--diff', '--volume-id', 'X'], 'edit.diff'],
    [['--in-place', 'small.iso', '--recover', '--reset'], 'edit.recover-alone'],
  ] as const) {
    test(words.join(' '), () => {
      const before = digest(at('small.iso'));
      expect(edit(...words)).toMatchObject({ status: 2, stderr: expect.stringContaining(`[${code}]`) });
      expect(digest(at('small.iso'))).toBe(before);
    });
  }
});
