// The command as its contract states it: exit codes, messages, nothing left behind, the same bytes in any surroundings.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress, startIsopress } from '../support/command.js';
import { judge, kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallDescription } from '../support/small-iso.js';
import { hasGrub, makeSmallRoot } from '../support/small-root.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const tree = join(scratch, 'tree');
const at = (name: string) => join(scratch, name);
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const ORDINARY_USER = [
  ...['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'],
  ...['--bounding-set', '-all', '--inh-caps', '-all'],
];
const WRITERS = ['ext4', 'squashfs', 'iso', 'fat', 'erofs'] as const;

beforeAll(() => {
  chmodSync(scratch, 0o755);
  for (let i = 0; i < 40; i++) {
    mkdirSync(join(tree, `d${i % 7}`), { recursive: true });
    writeFileSync(join(tree, `d${i % 7}`, `file-${i}`), i % 3 ? `text ${i}\n`.repeat(i * 300) : noise(i * 7000, i));
  }
  judge('find', [tree, '-exec', 'touch', '-d', '@1700000000', '{}', '+']);
});

describe('exit codes', () => {
  test('0 with help and version', () => {
    expect(isopress(['--help'])).toMatchObject({ status: 0 });
    const version = isopress(['--version']);
    expect(version).toMatchObject({ status: 0 });
    expect(version.stdout).toMatch(/^isopress \d+\.\d+\.\d+\n(native|portable) engine/);
  });
  test('2 for wrong usage', () => {
    for (const args of [
      [],
      ['ext5'],
      ['ext4', tree],
      ['ext4', tree, at('x'), '--size', 'big'],
      ['ext4', tree, at('x'), '--nope'],
      ['iso', tree, at('x'), '--udf', '--no-iso9660', '--media-check', 'rh'],
    ]) {
      expect(isopress(args), args.join(' ')).toMatchObject({ status: 2 });
    }
  });
  test('3 for bad input, with what, where and what to do, and no stack', () => {
    const missing = isopress(['ext4', at('none'), at('x')]);
    expect(missing).toMatchObject({ status: 3 });
    expect(missing.stderr).toContain(at('none'));
    const small = isopress(['ext4', tree, at('x'), '--size', '1M']);
    expect(small).toMatchObject({ status: 3 });
    expect(small.stderr).not.toMatch(/\n {4}at /);
    expect(existsSync(at('x'))).toBe(false);
  });
  test('4 for the environment: a directory that does not exist, an image that exists', () => {
    expect(isopress(['fat', tree, at('no/such/dir/x')])).toMatchObject({ status: 4 });
    writeFileSync(at('present'), 'old');
    const refused = isopress(['fat', tree, at('present'), '--loss', 'ignore']);
    expect(refused).toMatchObject({ status: 4 });
    expect(refused.stderr).toContain('--force');
    expect(readFileSync(at('present'), 'utf8')).toBe('old');
  });
  test('5 when there is nothing to check', () => {
    expect(isopress(['iso', tree, at('untagged.iso')])).toMatchObject({ status: 0 });
    expect(isopress(['check', at('untagged.iso')])).toMatchObject({ status: 5 });
    expect(isopress(['check', join(tree, 'd1/file-1')])).toMatchObject({ status: 5 });
  });
  test('0 and 1 from check, and tags that come and go', () => {
    isopress(['iso', tree, at('tagged.iso'), '--force']);
    expect(isopress(['tag', at('tagged.iso'), '--digest', 'sha256,md5'])).toMatchObject({ status: 0 });
    expect(isopress(['check', at('tagged.iso')])).toMatchObject({ status: 0 });
    const broken = readFileSync(at('tagged.iso'));
    broken[broken.length - 3000]! ^= 1;
    writeFileSync(at('broken.iso'), broken);
    expect(isopress(['check', at('broken.iso')])).toMatchObject({ status: 1 });
    writeFileSync(at('short.iso'), broken.subarray(0, broken.length - 4096));
    expect(isopress(['check', at('short.iso')])).toMatchObject({ status: 1 });
    expect(isopress(['tag', at('tagged.iso'), '--clean'])).toMatchObject({ status: 0 });
    expect(isopress(['check', at('tagged.iso')])).toMatchObject({ status: 5 });
  });
});

describe('output', () => {
  test('--json is one object; errors are data too', () => {
    const done = isopress(['squashfs', tree, at('json.sqfs'), '--json', '--progress', 'none']);
    const size = readFileSync(at('json.sqfs')).length;
    expect(JSON.parse(done.stdout)).toMatchObject({ image: at('json.sqfs'), size });
    const failed = isopress(['squashfs', at('none'), at('y'), '--json']);
    expect(JSON.parse(failed.stdout)).toMatchObject({ error: 'cli.source-missing', exitCode: 3 });
  });
  test('--plan writes nothing', () => {
    for (const writer of WRITERS) {
      expect(isopress([writer, tree, at('planned'), '--plan']).status, writer).toBe(0);
      expect(existsSync(at('planned'))).toBe(false);
    }
  });
  test('exact images go to a pipe', () => {
    isopress(['fat', tree, at('file.fat'), '--loss', 'ignore']);
    const piped = judge('bash', ['-c', '"$@" > "$0"', at('piped.fat'), process.execPath, ...mainArgs('fat', '-')]);
    expect(piped.status).toBe(0);
    expect(sha256(at('piped.fat'))).toBe(sha256(at('file.fat')));
  });
  test('losses are reported before writing, and refused on request', () => {
    const told = isopress(['fat', tree, at('loss.fat'), '--force']);
    expect(told.stderr).toMatch(/^loss: .*\[fat\./m);
    expect(isopress(['fat', tree, at('refused.fat'), '--loss', 'error'])).toMatchObject({ status: 3 });
    expect(existsSync(at('refused.fat'))).toBe(false);
  });
});

function mainArgs(writer: string, image: string): string[] {
  return [join(import.meta.dirname, '../../dist/cli/main.js'), writer, tree, image, '--loss', 'ignore'];
}

describe('the same bytes in any surroundings', () => {
  const press = (writer: string, name: string, source: string, args: readonly string[], surroundings = {}) => {
    const result = isopress(
      [writer, source, at(name), '--owner', 'root', '--epoch', '1700000001', '--loss', 'ignore', ...args],
      surroundings,
    );
    expect(result.stderr).not.toContain('isopress:');
    expect(result.status).toBe(0);
    return sha256(at(name));
  };

  for (const writer of WRITERS) {
    oracle('setpriv')(
      `${writer}: jobs, copies in another order, time zone, umask, locale, and an ordinary user`,
      () => {
        const digest = press(writer, `${writer}.first`, tree, ['--jobs', '1']);
        const copy = at(`copy-${writer}`);
        mkdirSync(copy);
        for (const dir of readdirSync(tree).sort().reverse())
          cpSync(join(tree, dir), join(copy, dir), { recursive: true });
        judge('find', [copy, '-exec', 'touch', '-d', '@1700000000', '{}', '+']);
        const env = { TZ: 'Pacific/Kiritimati', LC_ALL: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '5' };
        const umask = ['bash', '-c', 'umask 077; exec "$@"', 'bash'];
        expect(press(writer, `${writer}.second`, copy, ['--jobs', '2'], { env, prefix: umask })).toBe(digest);
        const open = at(`open-${writer}`);
        mkdirSync(open);
        if (process.getuid?.() !== 0) return;
        chownSync(open, 65534, 65534);
        expect(press(writer, `open-${writer}/image`, tree, [], { prefix: ORDINARY_USER })).toBe(digest);
      },
    );
  }
});

describe('build gives the same bytes', () => {
  const args = (target: string, root: string) => [
    ...['build', '--description', at('description'), '--root', root, '--target-dir', target, '--initrd', at('initrd')],
    ...['--epoch', '1700000001', '--owner', 'root', '--compression', 'gzip', '--engine', 'portable'],
  ];
  const iso = (target: string) => sha256(join(target, 'small.x86_64-1.0.0.iso'));

  oracle('grub-mkimage', 'setpriv')(
    'as root and as an ordinary user without any capability, jobs, order, time zone, umask, locale',
    () => {
      expect(hasGrub).toBe(true);
      const { first, second } = {
        first: makeSmallRoot(at('root-1')),
        second: makeSmallRoot(at('root-2'), 'backwards'),
      };
      mkdirSync(at('description'));
      writeFileSync(join(at('description'), 'config.xml'), smallDescription('firmware="efi" mediacheck="true"'));
      writeFileSync(at('initrd'), noise(100_000, 1));
      const [one, two, three] = [at('build-1'), at('build-2'), at('build-3')];
      for (const target of [one, two, three]) mkdirSync(target);
      expect(isopress([...args(one, first), '--jobs', '1'])).toMatchObject({ status: 0 });
      const env = { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', SOURCE_DATE_EPOCH: '5' };
      const prefix = ['bash', '-c', 'umask 077; exec "$@"', 'bash'];
      expect(isopress([...args(two, second), '--jobs', '2'], { env, prefix })).toMatchObject({ status: 0 });
      expect(iso(two)).toBe(iso(one));
      if (process.getuid?.() !== 0) return;
      chownSync(three, 65534, 65534);
      expect(isopress(args(three, first), { prefix: ORDINARY_USER })).toMatchObject({ status: 0 });
      expect(iso(three)).toBe(iso(one));
    },
  );
});

describe('nothing is left behind', () => {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} while writing: exit code ${status}, no file, no temporary file`, async () => {
      const big = at(`big-${signal}`);
      const out = at(`out-${signal}`);
      mkdirSync(big);
      mkdirSync(out);
      for (let i = 0; i < 12; i++) writeFileSync(join(big, `n${i}`), noise(4_000_000, i));
      const child = startIsopress([
        'squashfs',
        big,
        join(out, 'image'),
        '--progress',
        'json',
        '--engine',
        'portable',
        '--jobs',
        '1',
      ]);
      await once(child.stderr!, 'data');
      while (!existsSync(join(out, 'image.isopress-part')) && child.exitCode === null)
        await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill(signal);
      const [code] = await once(child, 'exit');
      expect(code).toBe(status);
      expect(readdirSync(out)).toEqual([]);
      rmSync(big, { recursive: true });
    });
  }

  kernelOracle('mount')('a full disk: exit code 4, a message, no file', () => {
    const small = at('small-disk');
    mkdirSync(small);
    judge('mount', ['-t', 'tmpfs', '-o', 'size=1M', 'none', small]);
    try {
      for (const writer of ['ext4', 'iso'] as const) {
        const full = isopress([writer, tree, join(small, 'image')]);
        expect(full.status, writer).toBe(4);
        expect(full.stderr).toContain('No space left');
        expect(readdirSync(small)).toEqual([]);
      }
    } finally {
      judge('umount', [small]);
    }
  });
});
