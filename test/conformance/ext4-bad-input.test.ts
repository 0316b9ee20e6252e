// Trees that no ext4 image can be made of: the command says what and where, and leaves no image.
import { appendFileSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromText } from '../../src/bytes/text.js';
import { planExt4 } from '../../src/format/ext4/index.js';
import { quietRun } from '../../src/io/content.js';
import { fileTarget } from '../../src/io/file-target.js';
import { writeImage } from '../../src/io/write-image.js';
import { scanDirectory } from '../../src/source/index.js';
import { isopress } from '../support/command.js';
import { BASE } from '../support/ext4.js';
import { judge, kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const out = join(scratch, 'out');
mkdirSync(out);

function sourceWith(fill: (top: string) => void): string {
  const top = join(scratch, 'source');
  rmSync(top, { recursive: true, force: true });
  mkdirSync(join(top, 'dir'), { recursive: true });
  fill(top);
  return top;
}

describe('a file that changes between the plan and its turn', () => {
  // Small ones are read at once, larger ones in chunks, the largest ahead of their turn.
  for (const size of [3000, 500_000, 20_000_000]) {
    const changes: readonly [string, (path: string) => void][] = [
      ['shrinks', (path) => truncateSync(path, size - 1)],
      ['grows', (path) => appendFileSync(path, 'x')],
      ['vanishes', (path) => rmSync(path)],
    ];
    for (const engine of ['auto', 'portable'] as const) {
      test.each(changes)(`of ${size} bytes, read by the ${engine} engine, %s`, async (_, change) => {
        const top = sourceWith((dir) => writeFileSync(join(dir, 'dir/file'), noise(size, 1)));
        const plan = planExt4(await scanDirectory(fromText(top), { engine }), BASE);
        change(join(top, 'dir/file'));
        const writing = writeImage(plan, fileTarget(fromText(join(out, 'image'))), quietRun());
        await expect(writing).rejects.toMatchObject({
          code: expect.stringMatching(/^source\./),
          place: { path: join(top, 'dir/file') },
        });
        expect(readdirSync(out)).toEqual([]);
      });
    }
  }
});

describe('the command', () => {
  function refused(top: string, status: number, ...said: string[]): void {
    const image = join(out, 'image');
    const ended = isopress(['ext4', top, image, '--progress', 'none']);
    expect(ended).toMatchObject({ status, stdout: '' });
    for (const text of said) expect(ended.stderr).toContain(text);
    expect(ended.stderr).not.toMatch(/^ {4}at /m);
    expect(readdirSync(out)).toEqual([]);
  }

  kernelOracle('setfattr')('refuses attributes that are too large, with the path', () => {
    const top = sourceWith((dir) => {
      writeFileSync(join(dir, 'dir/file'), '');
      judge('setfattr', ['-n', 'user.large', '-v', 'x'.repeat(3000), join(dir, 'dir/file')]);
      judge('setfattr', ['-n', 'user.second', '-v', 'y'.repeat(900), join(dir, 'dir/file')]);
    });
    const image = join(out, 'image');
    const ended = isopress(['ext4', top, image, '--block-size', '1K', '--progress', 'none']);
    expect(ended.status).toBe(3);
    expect(ended.stderr).toContain('/dir/file: its extended attributes need more');
    expect(readdirSync(out)).toEqual([]);
  });

  kernelOracle('mount', 'umount')('refuses a mount that leads back to where it came from', () => {
    const top = sourceWith((dir) => mkdirSync(join(dir, 'dir/below')));
    expect(judge('mount', ['--bind', top, join(top, 'dir/below')]).status).toBe(0);
    try {
      refused(top, 3, join(top, 'dir/below'), 'through a mount');
    } finally {
      judge('umount', [join(top, 'dir/below')]);
    }
  });

  kernelOracle('setpriv')('refuses what the user may not read, before anything is written', () => {
    const top = sourceWith((dir) => writeFileSync(join(dir, 'dir/secret'), 'x', { mode: 0o600 }));
    judge('chmod', ['755', scratch]);
    judge('chmod', ['777', out]);
    const prefix = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const ended = isopress(['ext4', top, join(out, 'image'), '--progress', 'none'], { prefix });
    expect(ended.status).toBe(4);
    expect(ended.stderr).toContain(`${join(top, 'dir/secret')} cannot be read by this user`);
    expect(readdirSync(out)).toEqual([]);
  });

  test('refuses a size that is too small, with the size needed', () => {
    const top = sourceWith((dir) => writeFileSync(join(dir, 'dir/file'), noise(3_000_000, 1)));
    const ended = isopress(['ext4', top, join(out, 'image'), '--size', '1M', '--progress', 'none']);
    expect(ended.status).toBe(3);
    expect(ended.stderr).toMatch(/The tree needs \d+ bytes/);
    expect(readdirSync(out)).toEqual([]);
  });
});
