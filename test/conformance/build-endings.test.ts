// How builds end as processes: after any end the target directory is as it was before, and no tool keeps running.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isopress, startIsopress } from '../support/command.js';
import { kernelOracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub, listing } from '../support/small-root.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const namespaces = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0;
let count = 0;

/** A build whose dracut, a script of the root tree, never ends; it is ended by the test. */
function endlessBuild() {
  const iso = smallIso(join(mkScratch()));
  iso.describe('firmware="efi"');
  const bin = join(iso.root, 'usr/bin');
  // The small root's own shell is no program: a static busybox takes its place.
  writeFileSync(join(bin, 'busybox'), readFileSync('/bin/busybox'));
  chmodSync(join(bin, 'busybox'), 0o755);
  const mark = `mark-${process.pid}-${++count}`;
  writeFileSync(
    join(bin, 'dracut'),
    `#!/usr/bin/busybox sh\nexec /usr/bin/busybox sh -c "/usr/bin/busybox sleep 600; :" ${mark}\n`,
  );
  writeFileSync(join(bin, 'true'), '#!/usr/bin/busybox sh\nexit 0\n');
  for (const name of ['dracut', 'true']) chmodSync(join(bin, name), 0o755);
  mkdirSync(join(iso.root, 'usr/lib/dracut/modules.d/90kiwi-live'), { recursive: true });
  const target = iso.directory();
  return { iso, mark, target, args: argumentsOf(iso, target) };
}

function argumentsOf({ description, root }: SmallIso, target: string): string[] {
  return [
    ...['build', '--description', description, '--root', root],
    ...['--target-dir', target, '--progress', 'none'],
  ];
}

const RESULTS = [
  ...['isopress.result.json', 'small.x86_64-1.0.0.iso'],
  ...['small.x86_64-1.0.0.packages', 'small.x86_64-1.0.0.verified'],
];

/** The scratch of a build. */
const WORK = /^\.small\.x86_64-1\.0\.0\.work-/;

/** A build that can be caught at a step: `reached` says when it is there. */
interface Caught {
  readonly iso: SmallIso;
  readonly target: string;
  readonly args: readonly string[];
  reached(): boolean;
}

/** One for all builds that change nothing of it but the description. */
const shared = hasGrub ? smallIso(mkScratch()) : ({} as SmallIso);
/** Incompressible, to be written for some seconds. */
const large = 48 * 1024 * 1024;
if (hasGrub) writeFileSync(join(shared.root, 'large'), noise(large, 1));

/** The script of the description does not end by itself. */
function caughtInScript(): Caught {
  const iso = shared;
  iso.describe('firmware="efi" editbootconfig="edit.sh"');
  const mark = `${3_000_000 + process.pid}${++count}`;
  writeFileSync(join(iso.description, 'edit.sh'), `exec sleep ${mark}\n`);
  const target = iso.directory();
  const args = [...argumentsOf(iso, target), '--initrd', iso.initrd];
  return { iso, target, args, reached: () => marked(mark).length > 0 };
}

/** Most of the image is still to be compressed and written. */
function caughtInImage(): Caught {
  const iso = shared;
  iso.describe('firmware="efi"');
  const target = iso.directory();
  const args = [...argumentsOf(iso, target), '--initrd', iso.initrd, '--jobs', '1'];
  const size = (work: string) =>
    statSync(join(target, work, 'small.x86_64-1.0.0.iso.isopress-part'), { throwIfNoEntry: false })?.size ?? 0;
  return { iso, target, args, reached: () => readdirSync(target).some((work) => size(work) > 4_000_000) };
}

function mkScratch(): string {
  const dir = join(scratch, `build${++count}`);
  mkdirSync(dir);
  return dir;
}

/** Processes that have the mark as a word of their command. */
function marked(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let i = 0; i < 6000 && !condition(); i++) await sleep(10);
  return condition();
}

const ended = (child: ChildProcess) =>
  new Promise<{ status: number | null; stderr: string }>((resolve) => {
    let stderr = '';
    child.stderr?.on('data', (chunk) => (stderr += chunk));
    child.once('close', (status) => resolve({ status, stderr }));
  });

describe.runIf(hasGrub && namespaces && existsSync('/bin/busybox'))('a build that is ended while dracut runs', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s leaves nothing, neither files nor processes', async (signal, code) => {
    const { mark, target, args } = endlessBuild();
    const child = startIsopress(args);
    const end = ended(child);
    expect(await until(() => marked(mark).length > 0)).toBe(true);
    child.kill(signal);
    const { status, stderr } = await end;
    expect(status, stderr).toBe(code);
    expect(stderr).toContain('nothing was left behind');
    expect(readdirSync(target)).toEqual([]);
    expect(await until(() => marked(mark).length === 0)).toBe(true);
  });

  test('by a kill leaves no process; the next build leaves what is there, says so, and publishes', async () => {
    const { iso, mark, target, args } = endlessBuild();
    const child = startIsopress(args);
    const end = ended(child);
    expect(await until(() => marked(mark).length > 0)).toBe(true);
    child.kill('SIGKILL');
    await end;
    expect(await until(() => marked(mark).length === 0)).toBe(true);
    const [left, ...others] = readdirSync(target);
    expect([left, others]).toEqual([expect.stringMatching(WORK), []]);
    const { status, stderr } = isopress([...args, '--initrd', iso.initrd]);
    expect(status, stderr).toBe(0);
    expect(stderr).toContain(`${left} belongs to another run`);
    expect(readdirSync(target).sort()).toEqual([left, ...RESULTS]);
  });

  test('by the failure of dracut ends with the output of dracut', async () => {
    const { iso, target, args } = endlessBuild();
    writeFileSync(join(iso.root, 'usr/bin/dracut'), '#!/usr/bin/busybox sh\necho "it does not work"\nexit 7\n');
    const { status, stderr } = isopress(args);
    expect(status, stderr).toBe(4);
    expect(stderr).toContain('failed with status 7');
    expect(stderr).toContain('it does not work');
    expect(readdirSync(target)).toEqual([]);
  });
});

describe.runIf(hasGrub).each([
  ['a script of the description', caughtInScript],
  ['the writing of the image', caughtInImage],
] as const)('a build that is ended during %s', (_, catchBuild) => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s leaves nothing', async (signal, code) => {
    const { iso, target, args, reached } = catchBuild();
    const before = listing(iso.root);
    const child = startIsopress(args);
    const end = ended(child);
    expect(await until(reached)).toBe(true);
    child.kill(signal);
    const { status, stderr } = await end;
    expect(status, stderr).toBe(code);
    expect(stderr).toContain('nothing was left behind');
    expect(readdirSync(target)).toEqual([]);
    expect(await until(() => !reached())).toBe(true);
    expect(listing(iso.root)).toBe(before);
  });

  test('by a kill leaves one directory whose name says what it is, and the next build does not touch it', async () => {
    const { iso, target, args, reached } = catchBuild();
    const child = startIsopress(args);
    const end = ended(child);
    expect(await until(reached)).toBe(true);
    child.kill('SIGKILL');
    await end;
    const [left, ...others] = readdirSync(target);
    expect([left, others]).toEqual([expect.stringMatching(WORK), []]);
    const held = readdirSync(join(target, left!));
    iso.describe('firmware="efi"');
    const { status, stderr } = isopress(args);
    expect(status, stderr).toBe(0);
    expect(readdirSync(target).sort()).toEqual([left, ...RESULTS]);
    expect(readdirSync(join(target, left!))).toEqual(held);
  });
});

test.runIf(hasGrub && existsSync('/usr/bin/setpriv'))('a kill ends the script of the description too', async () => {
  const { args, reached } = caughtInScript();
  const child = startIsopress(args);
  const end = ended(child);
  expect(await until(reached)).toBe(true);
  child.kill('SIGKILL');
  await end;
  expect(await until(() => !reached())).toBe(true);
});

describe.runIf(hasGrub)('builds at the same time into one directory', () => {
  /** Builds that are all at the image before the first of them is done; how they ended. */
  async function together(target: string, count: number, more: readonly string[]) {
    const { iso } = caughtInImage();
    const args = [...argumentsOf(iso, target), '--initrd', iso.initrd, ...more];
    return Promise.all(Array.from({ length: count }, () => ended(startIsopress(args))));
  }

  const recorded = (target: string) =>
    Object.values(JSON.parse(readFileSync(join(target, 'isopress.result.json'), 'utf8'))).map(
      (result) => (result as { filename: string }).filename,
    );

  test('of one name: one is published whole, the others say that the name is taken', async () => {
    const target = shared.directory();
    const endings = await together(target, 3, []);
    expect(endings.map(({ status }) => status).sort()).toEqual([0, 4, 4]);
    for (const { status, stderr } of endings) if (status !== 0) expect(stderr).toContain('[target.exists]');
    expect(readdirSync(target).sort()).toEqual(RESULTS);
    expect(recorded(target).map((path) => existsSync(path))).toEqual([true, true, true]);
  });

  test('of one name that may be replaced: all succeed, and the last stays', async () => {
    const target = shared.directory();
    const endings = await together(target, 3, ['--force']);
    expect(endings.map(({ status, stderr }) => [status, stderr.match(/error/)])).toEqual(
      [0, 0, 0].map((s) => [s, null]),
    );
    expect(readdirSync(target).sort()).toEqual(RESULTS);
  });
});

test.runIf(hasGrub)('a version that leads out of the target directory is refused, and nothing is removed there', () => {
  const iso = shared;
  const target = iso.directory();
  const foreign = join(target, '..', 'foreign');
  mkdirSync(join(foreign, '.x.work'), { recursive: true });
  writeFileSync(join(foreign, '.x.work', 'precious'), '');
  iso.describe('firmware="efi"');
  const config = join(iso.description, 'config.xml');
  writeFileSync(config, readFileSync(config, 'utf8').replace('<version>1.0.0', '<version>1/../../foreign/.x'));
  const { status, stderr } = isopress([...argumentsOf(iso, target), '--initrd', iso.initrd]);
  expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringContaining('contains a slash') });
  expect(stderr).toContain('config.xml:1:');
  expect(readdirSync(target)).toEqual([]);
  expect(readdirSync(join(foreign, '.x.work'))).toEqual(['precious']);
});

test.runIf(hasGrub)('a script of the description sees a named environment, and no variable of the caller', () => {
  const iso = shared;
  const target = iso.directory();
  const seen = join(target, '..', 'seen');
  iso.describe('firmware="efi" editbootconfig="edit.sh"');
  writeFileSync(join(iso.description, 'edit.sh'), `env >${seen}\n`);
  const args = [...argumentsOf(iso, target), '--initrd', iso.initrd];
  const { status, stderr } = isopress(args, { env: { PLANTED_SECRET: 'planted', kiwi_planted: 'planted' } });
  expect(status, stderr).toBe(0);
  const text = readFileSync(seen, 'utf8');
  expect(text).not.toContain('planted');
  const names = text.split('\n').flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
  expect(names.filter((name) => !/^(kiwi_|PWD$|OLDPWD$|SHLVL$|_$)/.test(name)).sort()).toEqual([
    'HOME',
    'LC_ALL',
    'PATH',
    'SOURCE_DATE_EPOCH',
    'TZ',
  ]);
  expect(names).toContain('kiwi_iname');
});

describe.runIf(hasGrub)('a build that has no room', () => {
  const iso = hasGrub ? smallIso(mkScratch()) : ({} as SmallIso);
  if (hasGrub) iso.describe('firmware="efi"');

  /** Runs with an earlier ISO in the way, which has to stay; the shell that limits the room is `limit`. */
  function buildWithin(target: string, limit: readonly string[]) {
    const old = join(target, 'small.x86_64-1.0.0.iso');
    writeFileSync(old, 'of an earlier build\n');
    const args = [...argumentsOf(iso, target), '--initrd', iso.initrd, '--force'];
    const { status, stderr, stdout } = isopress(args, { prefix: limit });
    expect(readdirSync(target)).toEqual(['small.x86_64-1.0.0.iso']);
    expect(readFileSync(old, 'utf8')).toBe('of an earlier build\n');
    expect({ status, stdout }, stderr).toEqual({ status: 4, stdout: '' });
    return stderr;
  }

  /** For a shell: nothing that it starts writes files of more than so many KiB. */
  const limited = (kibibytes: number) => ['bash', '-c', `ulimit -f ${kibibytes}; exec "$@"`, 'bash'];

  test.each([
    ['while a tool writes', 100, /grub-mkimage .*SIGXFSZ.*\[tool\.no-space\]\n {2}Free some space/s],
    [
      'while the image is written',
      4000,
      /limit on the size of files.*x86_64-1\.0\.0\.iso\. \[target\.efbig\]\n {2}Raise the limit/s,
    ],
  ] as const)('by a limit, %s', (_, kibibytes, message) => {
    expect(buildWithin(iso.directory(), limited(kibibytes))).toMatch(message);
  });

  // A separate file system in a separate namespace, which disappears with the test, however that ends.
  const onTmpfs = (target: string, size: string, kept: string) => [
    ...['unshare', '--mount', 'sh', '-c'],
    'mount -t tmpfs -o size="$1" isopress "$2" && cp "$3"/* "$2" && shift 3 && "$@"; status=$?; ls -A "$0" >&2; exit $status',
    ...[target, size, target, kept],
  ];

  kernelOracle('unshare', 'mount').each([
    ['16k', /No space left on device.*\[tool\.no-space\]/s],
    ['1m', /No space left on device.*\[tool\.no-space\]/s],
    ['8m', /No space left for .*x86_64-1\.0\.0\.iso\. \[target\.enospc\]\n {2}Free some space/s],
    ['12m', /No space left for .*x86_64-1\.0\.0\.iso\. \[target\.enospc\]\n {2}Free some space/s],
  ] as const)('on a full disk of %s', (size, message) => {
    const target = iso.directory();
    const kept = iso.directory();
    writeFileSync(join(kept, 'small.x86_64-1.0.0.iso'), 'of an earlier build\n');
    const args = [...argumentsOf(iso, target), '--initrd', iso.initrd, '--force'];
    const { status, stderr } = isopress(args, { prefix: onTmpfs(target, size, kept) });
    expect(status, stderr).toBe(4);
    expect(stderr).toMatch(message);
    // Listed inside, when all was over.
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('small.x86_64-1.0.0.iso');
    expect(stderr.match(/^\.\S*\.work-\S*$/gm)).toBeNull();
  });
});
