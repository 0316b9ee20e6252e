// How the command behaves towards its surroundings: signals, full outputs, names that are taken, lists of values.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseList } from '../../../src/cli/lists.js';
import { bytesSource, exactContent } from '../../../src/io/index.js';
import { FileTree, file as fileNode } from '../../../src/tree/index.js';
import { isopress, MAIN } from '../../support/command.js';
import { scratchDirectory } from '../../support/scratch.js';
import { writeSquashfs } from '../../support/squashfs-images.js';
import { noise } from '../../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
mkdirSync(tree);
writeFileSync(join(tree, 'file'), 'hello');
const at = (name: string) => join(scratch, name);

describe('a signal ends a run that waits for its input', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const) {
    test(signal, async () => {
      const run = spawn(process.execPath, [MAIN, 'ext4', '-', at(`${signal}.ext4`), '--verbose'], {
        stdio: ['pipe', 'ignore', 'pipe'],
      });
      const ended = new Promise((resolve) => run.once('close', resolve));
      // More than a pipe holds: it is taken only once the command reads.
      await new Promise((resolve) => run.stdin.write(new Uint8Array(2 ** 21), resolve));
      run.kill(signal);
      expect(await ended).toBe(status);
      expect(readdirSync(scratch).filter((name) => name.includes(signal))).toEqual([]);
    });
  }
});

test('after its name a command has the letters of the program for itself', () => {
  const [image, edited] = [at('letters.iso'), at('letters.edited.iso')];
  expect(isopress(['iso', tree, image, '-V', 'OLD', '--quiet', '--loss', 'ignore'])).toMatchObject({ status: 0 });
  expect(isopress(['edit', image, edited, '-V', 'NEW', '--quiet'])).toMatchObject({
    status: 0,
    stdout: '',
    stderr: '',
  });
  expect(isopress(['info', edited]).stdout).toContain('"NEW"');
  expect(isopress(['ls', '--version', image])).toMatchObject({ status: 2, stdout: '' });
  for (const option of ['-V', '--version']) expect(isopress([option])).toMatchObject({ status: 0, stderr: '' });
});

test('a full standard output is an error with a sentence', () => {
  expect(isopress(['squashfs', tree, at('s.img'), '--quiet']).status).toBe(0);
  const run = isopress(['ls', '-R', at('s.img')], { prefix: ['/bin/sh', '-c', '"$@" >/dev/full', 'sh'] });
  expect([run.status, run.stderr]).toEqual([4, 'isopress: No space left for standard output. [target.enospc]\n']);
});

describe('an extracted image', () => {
  const image = at('extract.img');
  test('is refused its directory before the image is looked at', () => {
    mkdirSync(at('used'));
    writeFileSync(at('used/own'), '');
    for (const [target, code] of [
      [at('used'), 'target.exists'],
      [at('used/own'), 'target.not-a-directory'],
      [at('none/x'), 'target.enoent'],
    ] as const) {
      const { status, stderr } = isopress(['extract', at('no-such-image'), target]);
      expect([status, stderr]).toEqual([4, expect.stringContaining(code)]);
    }
  });
  test('fills the directory that one is in', () => {
    expect(isopress(['erofs', tree, image, '--quiet']).status).toBe(0);
    const here = at('here');
    mkdirSync(here);
    const prefix = ['/bin/sh', '-c', `cd '${here}' && "$@" && cat file`, 'sh'];
    expect(isopress(['extract', image, '.', '--quiet'], { prefix })).toMatchObject({ status: 0, stdout: 'hello' });
  });
  test.each([
    ['SIGINT', 130, 'missing'],
    ['SIGTERM', 143, 'empty'],
  ] as const)('is gone after %s', async (signal, status, kind) => {
    const [large, to] = [at(`${signal}.img`), at(`extract-${signal}`)];
    const content = exactContent(2 ** 28, async function* () {
      const piece = Buffer.alloc(2 ** 20, 'x');
      for (let i = 0; i < 2 ** 8; i++) yield piece;
    });
    await writeSquashfs(
      FileTree.of({ 'a/small': fileNode(bytesSource(Uint8Array.of(120))), 'b/large': fileNode(content) }),
      large,
      {},
    );
    if (kind === 'empty') mkdirSync(to);
    const run = spawn(process.execPath, [MAIN, 'extract', large, to, '--progress', 'json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise((resolve) => run.once('close', resolve));
    run.stderr.once('data', () => run.kill(signal));
    expect(await ended).toBe(status);
    expect(readdirSync(scratch).filter((name) => name.includes(`extract-${signal}`))).toEqual(
      kind === 'empty' ? [`extract-${signal}`] : [],
    );
    if (kind === 'empty') expect(readdirSync(to)).toEqual([]);
  });
  test('says which pattern matched nothing', () => {
    const { status, stderr } = isopress(['extract', image, at('nothing'), 'nope*']);
    expect([status, stderr]).toEqual([3, expect.stringContaining('nope*')]);
    expect(existsSync(at('nothing'))).toBe(false);
  });
});

describe('errors that are known without reading come first', () => {
  const early = (args: readonly string[]) => isopress(['ext4', at('no-such-source'), ...args]);

  test('the target exists, is a directory, or has no directory', () => {
    writeFileSync(at('there'), '');
    expect(early([at('there')]).stderr).toMatch(/exists already.*\n +Use --force/);
    expect(early([scratch, '--force']).stderr).toContain('[target.directory]');
    expect(early([at('none/image')]).stderr).toContain('[target.enoent]');
  });
  test('the engine is missing', () => {
    const { status, stderr } = isopress(['ext4', at('no-such-source'), at('x'), '--engine', 'native'], {
      env: { ISOPRESS_NATIVE: 'off' },
    });
    // With the addon at hand the next fault is the source.
    expect([3, 4]).toContain(status);
    expect(stderr).toMatch(/native\.missing|cli\.source-missing/);
  });
});

test.each([
  ['ext4', '--uuid', 'nope'],
  ['ext4', '--block-size', '3000'],
  ['ext4', '--size', '10X'],
  ['ext4', '--features', 'no_such'],
  ['ext4', '--epoch', 'yesterday'],
  ['squashfs', '--block-size', '3000'],
  ['squashfs', '--level', '99'],
  ['squashfs', '--align', '3'],
  ['iso', '--relax', 'everything'],
  ['fat', '--cluster-size', '3'],
  ['fat', '--label', 'far too long a label'],
  ['erofs', '--cluster-size', '5000'],
  ['erofs', '--chunk-size', '5000'],
  ['erofs', '--label', 'far too long a label'],
  ['erofs', '--fragments', 'some'],
  ['erofs', '--uuid', 'nope'],
  ['erofs', '--block-size', '3000'],
  ['erofs', '--cluster-size', '1G'],
  ['erofs', '--label', 'longer than sixteen bytes'],
  ['erofs', '--level', '999'],
  ['erofs', '--dict-size', '7'],
  ['erofs', '--level', '5'],
  ['erofs', '--index', 'full'],
])('a bad value ends with 2 and the name of its option: %s %s %s', (command, option, value) => {
  const { status, stderr } = isopress([command, option, value, tree, at('bad')]);
  expect([status, stderr]).toEqual([2, expect.stringContaining(option)]);
  expect(existsSync(at('bad'))).toBe(false);
});

describe('options with several values', () => {
  test('leave the image alone, and take commas as well as the option again', () => {
    expect(isopress(['iso', tree, at('tagged.iso'), '--quiet', '--loss', 'ignore']).status).toBe(0);
    for (const words of [['sha256,md5'], ['sha256', '--digest', 'md5']]) {
      const { status, stdout } = isopress(['tag', '--digest', ...words, at('tagged.iso')]);
      expect(status).toBe(0);
      expect(stdout).toContain('sha256sum = ');
      expect(stdout).toContain('md5sum = ');
    }
  });
  test('and those whose value may be left out, leave it alone too', () => {
    expect(isopress(['iso', tree, '--udf', at('udf.iso'), '--quiet', '--loss', 'ignore']).status).toBe(0);
    expect(isopress(['info', at('udf.iso')]).stdout).toContain('udf');
  });
  test('refuse what they do not know', () => {
    const parse = parseList(['a', 'b']);
    expect(() => parse('a,c')).toThrow('"c" is not one of a, b.');
    expect(parse('b')).toEqual(['b']);
    expect(parse('a')).toEqual(['b', 'a']);
  });
});

test('--progress json makes standard error a stream of JSON objects', () => {
  const { stderr, status } = isopress(['iso', tree, at('events.iso'), '--progress', 'json']);
  expect(status).toBe(0);
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['progress', 'loss']));
  const failed = isopress(['iso', tree, at('events.iso'), '--progress', 'json']);
  expect(JSON.parse(failed.stderr)).toMatchObject({ event: 'error', error: 'target.exists', exitCode: 4 });
});

test('the report holds the digest of the image', () => {
  for (const command of ['ext4', 'squashfs', 'iso', 'fat', 'erofs']) {
    const image = at(`report.${command}`);
    const { stdout, stderr } = isopress([command, tree, image, '--json', '--loss', 'ignore', '--progress', 'none']);
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as { sha256: string; seconds: number; size: number };
    const bytes = readFileSync(image);
    expect([report.sha256, report.size]).toEqual([createHash('sha256').update(bytes).digest('hex'), bytes.length]);
    expect(report.seconds * 1000).toBe(Math.round(report.seconds * 1000));
  }
});

test('times are seconds, @seconds or dates', () => {
  const digest = (epoch: string) => {
    const image = at(`epoch-${epoch}`);
    expect(isopress(['ext4', tree, image, '--epoch', epoch, '--quiet']).status).toBe(0);
    return createHash('sha256').update(readFileSync(image)).digest('hex');
  };
  const digests = ['1767225600', '@1767225600', '2026-01-01', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'].map(
    digest,
  );
  expect(new Set(digests).size).toBe(1);
});

test('the help of ls is --help, so that -lh can be what it is elsewhere', () => {
  expect(isopress(['ls', '-lh', at('s.img')]).stdout).not.toContain('Usage:');
  expect(isopress(['-h']).stdout).toContain('Usage: isopress');
  expect(isopress(['ls', '--help']).stdout).toContain('Usage: isopress ls');
});

describe('an image for a reader that goes away', () => {
  const large = at('large');
  mkdirSync(large);
  // More than a pipe holds.
  writeFileSync(join(large, 'file'), Buffer.alloc(2 ** 21, 'x'));
  const prefix = ['/bin/sh', '-c', '{ "$@"; echo "status $?" >&2; } | head -c 1 >/dev/null', 'sh'];

  test.each(['ext4', 'iso', 'fat', 'erofs'])('is a failure: %s', (command) => {
    const { stderr } = isopress([command, large, '-', '--quiet', '--loss', 'ignore'], { prefix });
    expect(stderr).toMatch(/^isopress: The reader closed the pipe before the image was complete.*\[target\.epipe\]\n/);
    expect(stderr).toContain('status 4\n');
  });
  test('but the content of a file is not', () => {
    expect(isopress(['iso', large, at('large.iso'), '--quiet', '--loss', 'ignore']).status).toBe(0);
    expect(isopress(['cat', at('large.iso'), 'file'], { prefix }).stderr).toBe('status 0\n');
  });
});

describe('a machine reads why a command failed', () => {
  const failed = (args: readonly string[]) => {
    const { status, stdout } = isopress([...args, '--json']);
    return { status, ...JSON.parse(stdout) };
  };
  test('when the command line is wrong', () => {
    expect(failed(['ext4', tree, at('x'), '--lable', 'x'])).toEqual({
      status: 2,
      report: 'isopress-error/1',
      error: 'usage.unknown-option',
      message: "Unknown option '--lable'.",
      option: '--lable',
      hint: 'Did you mean --label?',
      exitCode: 2,
    });
    expect(failed(['fat', tree, at('x'), '--size', '1X'])).toMatchObject({
      error: 'usage.invalid-argument',
      option: '--size',
      exitCode: 2,
    });
    expect(failed(['squashfs', tree])).toMatchObject({ status: 2, error: 'usage.missing-argument' });
    const { stderr } = isopress(['ext4', tree, at('x'), '--lable', 'x']);
    expect(stderr).toBe("isopress: Unknown option '--lable'. [usage.unknown-option]\n  Did you mean --label?\n");
  });
  test('when a file is no image, with the same code for each command that takes an ISO', () => {
    writeFileSync(at('noise'), noise(100_000, 1));
    const codes = [['tag'], ['tag', '--show'], ['check'], ['verify'], ['info']].map(([command = '', ...words]) => [
      command,
      isopress([command, at('noise'), ...words]).status,
    ]);
    expect(codes).toEqual(codes.map(([command]) => [command, 5]));
  });
  test('when the input is wrong', () => {
    expect(failed(['ext4', at('none'), at('x')])).toMatchObject({
      status: 3,
      error: 'cli.source-missing',
      path: at('none'),
      exitCode: 3,
    });
  });
  test('on standard error, if the image goes to standard output', () => {
    for (const args of [['--lable'], ['--label', 'far too long for a label']]) {
      const { stdout, stderr } = isopress(['ext4', tree, '-', ...args, '--json', '--progress', 'json']);
      expect([stdout, JSON.parse(stderr)]).toEqual(['', expect.objectContaining({ event: 'error', exitCode: 2 })]);
    }
  });
});

describe('impossible options are refused before the source is read', () => {
  test.each([
    [['squashfs', '--compression', 'xz', '--engine', 'lz4js'], '--engine'],
    [['squashfs', '--compression', 'lzo', '--engine', 'npm'], '--engine'],
    [['squashfs', '--compression', 'gzip', '--level', '99'], '--level'],
    [['squashfs', '--block-size', '3000'], '--block-size'],
    [['ext4', '--label', 'longer than sixteen bytes'], '--label'],
    [['ext4', '--mke2fs-options', '-b 3000'], '-b of mke2fs must be one of 1024'],
    [['ext4', '--mke2fs-options', '-O inline_data -I 128'], '-I of mke2fs must be 256 or more'],
    [['ext4', '--mke2fs-options', '-O no_such'], '-O of mke2fs: ext4 has no feature'],
    [['ext4', '--size', ' 5'], '--size'],
    [['fat', '-S', '700'], '-S of mkfs.fat: '],
    [['ext4', '--features', 'no_such'], '--features'],
    [['fat', '--label', 'longer than eleven'], '--label'],
    [['fat', '--cluster-size', '3'], '--cluster-size'],
    [['erofs', '--block-size', '3000'], '--block-size'],
    [['erofs', '--cluster-size', '64K'], '--cluster-size'],
    [['erofs', '--compression', 'lz4hc', '--level', '99'], '--level'],
    [['erofs', '--compression', 'lz4', '--chunk-size', '64K'], '--chunk-size'],
    [['erofs', '--fragments', 'ends'], '--fragments'],
    [['erofs', '-zlz4,lzma'], '-z'],
    [['erofs', '-E48bit'], '-E 48bit'],
    [['erofs', '--label', 'longer than sixteen bytes'], '--label'],
    [['erofs', '--compression', 'lz4', '--level', '3'], '--level'],
    [['erofs', '-zlz4', '-C3000'], '-C of mkfs.erofs'],
    [['erofs', '-C', '64K'], '-C of mkfs.erofs'],
    [['erofs', '-zlzma,500'], '-z of mkfs.erofs'],
    [['iso', '--volume-id', 'ä'], '--volume-id'],
    [['iso', '-V', 'ä'], '-V of mkisofs'],
    [['iso', '-volid', 'x'.repeat(40)], '-volid of mkisofs'],
    [['iso', '-V', 'A', '--volume-id', 'ä'], '--volume-id'],
    [['iso', '-publisher', 'x'.repeat(200)], '-publisher of mkisofs'],
    [['iso', '-iso-level', '9'], '-iso-level of mkisofs'],
    [['iso', '-padding', '-3'], '-padding of mkisofs'],
    [['iso', '--boot-catalog', 'boot.cat'], 'The boot catalog has no boot image to list.'],
    [['iso', '-c', 'boot.cat'], 'The boot catalog has no boot image to list.'],
    [['iso', '--media-check', 'rh', '--media-digest', 'sha256'], 'style rh'],
  ])('%j', (args, told) => {
    const [command = '', ...options] = args;
    const { status, stderr } = isopress([command, at('no-such-source'), at('bad'), ...options]);
    expect([status, stderr]).toEqual([2, expect.stringContaining(told)]);
  });
});

test('standard output that is closed early ends a listing without a word', () => {
  for (const args of [['ls', '-R'], ['info']]) {
    const run = isopress([...args, at('s.img')], { prefix: ['/bin/sh', '-c', '"$@" | true', 'sh'] });
    expect(run.stderr).toBe('');
  }
});

test.each(['squashfs', 'ext4', 'iso', 'fat', 'erofs'])('info notes that an image of %s is cut short', (format) => {
  const [whole, cut] = [at(`whole.${format}`), at(`cut.${format}`)];
  expect(isopress([format, tree, whole, '--quiet', '--loss', 'ignore'])).toMatchObject({ status: 0 });
  expect(isopress(['info', whole])).toMatchObject({ status: 0, stderr: '' });
  const bytes = readFileSync(whole);
  // A squashfs of one file is a single block; the first 96 bytes are its superblock.
  writeFileSync(cut, bytes.subarray(0, format === 'squashfs' ? 100 : format === 'erofs' ? 1400 : bytes.length - 4096));
  const { status, stderr } = isopress(['info', cut]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^note: The image is cut short: it has \d+ bytes, and its \w+ \d+\.\n$/);
});
