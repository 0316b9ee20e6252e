// Bun and Deno run the command on the portable engines, with the bytes of Node.js. Judges: the runtimes themselves.
import { lstatSync, lutimesSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { isopress, MAIN } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
mkdirSync(join(tree, 'sub'), { recursive: true });
writeFileSync(join(tree, 'sub/file'), 'hello\n'.repeat(50_000));
symlinkSync('sub/file', join(tree, 'link'));
// Whole seconds: Deno knows no times finer than a millisecond.
for (const path of ['link', 'sub/file', 'sub', '']) lutimesSync(join(tree, path), 1_700_000_000, 1_700_000_000);

for (const [tool, ...words] of [['bun'], ['deno', 'run', '-A']] as [string, ...string[]][]) {
  const here = oracle(tool);
  const run = (...args: readonly string[]) => judge(tool, [...words, MAIN, ...args]);

  describe(tool, () => {
    for (const command of ['ext4', 'squashfs', 'iso', 'fat', 'erofs']) {
      here(`writes the ${command} image that Node.js writes`, () => {
        const image = join(scratch, `${tool}.${command}`);
        const options = ['--epoch', '1700000000', '--seed', 'x', '--loss', 'ignore', '--quiet', '--no-xattrs'];
        expect(run(command, tree, image, ...options)).toMatchObject({ status: 0, stderr: '' });
        const same = join(scratch, `${tool}.node.${command}`);
        expect(isopress([command, tree, same, ...options, '--engine', 'portable']).status).toBe(0);
        expect(readFileSync(image).equals(readFileSync(same))).toBe(true);
      });
    }
    here('lists, describes, prints and extracts images as Node.js does', () => {
      const image = join(scratch, `${tool}.read`);
      expect(isopress(['squashfs', tree, image, '--quiet']).status).toBe(0);
      for (const args of [['info'], ['ls', '-lR'], ['info', '--json']]) {
        expect(run(...args, image)).toMatchObject({ status: 0, stdout: isopress([...args, image]).stdout });
      }
      expect(run('cat', image, 'sub/file').stdout).toBe('hello\n'.repeat(50_000));
      const to = join(scratch, `${tool}.extracted`);
      expect(run('extract', image, to, '--quiet')).toMatchObject({ status: 0 });
      expect(readFileSync(join(to, 'sub/file'), 'latin1')).toBe('hello\n'.repeat(50_000));
      expect(readlinkSync(join(to, 'link'))).toBe('sub/file');
      expect(lstatSync(join(to, 'sub')).mtimeMs).toBe(1_700_000_000_000);
    });
    here('ends with a sentence where something is wrong', () => {
      const wrong = run('extract', join(scratch, 'none'), join(scratch, 'x'));
      expect([wrong.status, wrong.stderr]).toEqual([3, expect.stringContaining('source.enoent')]);
      expect(run('ext4', tree, join(scratch, 'x'), '--nope').status).toBe(2);
    });
    here('says which engine it has, and why', () => {
      expect(run('--version').stdout).toMatch(/portable engine \(native libraries are not loaded under (Bun|Deno)\)/);
    });
  });
}
