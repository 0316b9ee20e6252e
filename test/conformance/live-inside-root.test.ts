// Programs inside a root tree: what they see, what they can and cannot change, how they end. Judge: the kernel.
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { ToolError } from '../../src/errors.js';
import { quietRun } from '../../src/io/content.js';
import { type InsideMode, openRoot } from '../../src/live/initrd/inside-root.js';
import { kernelOracle, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { listing, makeBusyboxRoot } from '../support/small-root.js';

const scratch = scratchDirectory();
const programs = ['sh', 'true', 'cat', 'touch', 'ls', 'sleep', 'mount', 'id', 'env', 'grep', 'mknod'];
let count = 0;

async function enter(mode: InsideMode, change: (root: string) => void = () => {}) {
  const root = makeBusyboxRoot(join(scratch, `root${++count}`), programs);
  change(root);
  const modes = [mode];
  const workDirectory = join(scratch, `work${count}`);
  mkdirSync(workDirectory);
  const request = { root, workDirectory, modes, profile: "kiwi_iname='small'\n", epoch: 1 };
  const before = listing(root);
  const inside = await openRoot(request, quietRun());
  return { root, before, inside };
}

const asRoot = process.getuid?.() === 0;
const namespaces = spawnSync('unshare', ['--user', '--map-root-user', 'true']).status === 0;
const modes: InsideMode[] = [...(asRoot ? ['chroot' as const] : []), ...(namespaces ? ['userns' as const] : [])];

describe.each(modes)('by %s', (mode) => {
  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('the tree is there, and nothing of it can be written', async () => {
    const { root, before, inside } = await enter(mode);
    const lines: string[] = [];
    const script =
      'cat /etc/hostname /.profile; id -u; for p in /x /etc/x /usr/lib/x /bin/x; do touch $p && echo "made $p"; done; ls /';
    await inside.run('sh', ['-c', script], quietRun(), { onLine: (line) => void lines.push(line) });
    expect(lines.slice(0, 3)).toEqual(['small', "kiwi_iname='small'", '0']);
    // The top is scratch of this run, so a file can be made there; it goes with the run.
    expect(lines.filter((line) => line.startsWith('made'))).toEqual(['made /x']);
    expect(lines.filter((line) => line.includes('Read-only'))).toHaveLength(3);
    expect(listing(root)).toBe(before);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('programs see a named environment, and nothing of the caller', async () => {
    const { inside } = await enter(mode);
    const lines: string[] = [];
    process.env['PLANTED_SECRET'] = 'planted';
    try {
      const script = 'env';
      await inside.run('sh', ['-c', script], quietRun(), { onLine: (line) => void lines.push(line) });
    } finally {
      delete process.env['PLANTED_SECRET'];
    }
    const own = lines.filter((line) => !/^(PWD|OLDPWD|SHLVL|_)=/.test(line));
    expect(own.map((line) => line.split('=')[0]).sort()).toEqual(['HOME', 'LC_ALL', 'PATH', 'SOURCE_DATE_EPOCH', 'TZ']);
    expect(lines.join('\n')).not.toContain('planted');
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('programs cannot regain rights, and open no devices that they make', async () => {
    const { inside } = await enter(mode);
    const lines: string[] = [];
    const script = [
      'grep -E "^(Cap|NoNewPrivs)" /proc/self/status',
      'for d in /tmp /dev/shm /run/isopress /; do mknod $d/disk b 7 0 2>/dev/null; cat $d/disk >/dev/null 2>&1 && echo "read $d"; done',
      'mount -t tmpfs x /tmp 2>/dev/null && echo mounted',
      ':',
    ].join('\n');
    await inside.run('sh', ['-c', script], quietRun(), { onLine: (line) => void lines.push(line) });
    const facts = new Map(lines.map((line) => line.split(/:\s*/) as [string, string]));
    expect(lines.filter((line) => line.startsWith('read'))).toEqual([]);
    if (mode !== 'chroot') return;
    expect(lines).not.toContain('mounted');
    expect(facts.get('NoNewPrivs')).toBe('1');
    expect([facts.get('CapInh'), facts.get('CapAmb')].map((set) => Number.parseInt(set!, 16))).toEqual([0, 0]);
    // chown, dac_override, dac_read_search, fowner, fsetid, sys_chroot, mknod and setfcap, by their numbers.
    const kept = [0, 1, 2, 3, 4, 18, 27, 31].reduce((set, number) => set | (1n << BigInt(number)), 0n);
    for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(BigInt(`0x${facts.get(set)}`) & ~kept).toBe(0n);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('results come out through the exchange directory, scratch does not', async () => {
    const { root, before, inside } = await enter(mode);
    const script = `echo made >${inside.inside}/result; echo scratch >/tmp/a; cat /var/tmp/a; echo >/dev/null; ls /proc/self/fd`;
    await inside.run('sh', ['-c', script], quietRun());
    expect(readFileSync(join(inside.outside, 'result'), 'latin1')).toBe('made\n');
    expect(readdirSync(join(inside.outside, '..', 'view'))).toEqual([]);
    expect(listing(root)).toBe(before);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('a configuration for dracut lies beside those of the tree, and nowhere afterwards', async () => {
    const { root, before, inside } = await enter(mode, (tree) => {
      mkdirSync(join(tree, 'etc/dracut.conf.d'));
      writeFileSync(join(tree, 'etc/dracut.conf.d/10-own.conf'), 'own=1\n');
    });
    const seen = async (configuration?: string) => {
      const lines: string[] = [];
      const script = 'ls /etc/dracut.conf.d; cat /etc/dracut.conf.d/*; ls /tmp';
      await inside.run('sh', ['-c', script], quietRun(), { onLine: (line) => void lines.push(line), configuration });
      return lines;
    };
    expect(await seen('add_dracutmodules+=" kiwi-live "\n')).toEqual([
      ...['02-livecd.conf', '10-own.conf', 'add_dracutmodules+=" kiwi-live "', 'own=1'],
    ]);
    expect(await seen()).toEqual(['10-own.conf', 'own=1']);
    expect(listing(root)).toBe(before);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('a configuration is laid nowhere where the tree leads elsewhere', async () => {
    const outside = join(scratch, `outside${++count}`);
    mkdirSync(outside);
    const { inside } = await enter(mode, (tree) => symlinkSync(outside, join(tree, 'etc/dracut.conf.d')));
    await inside.run('sh', ['-c', 'true'], quietRun(), { configuration: 'x=1\n' });
    expect(readdirSync(outside)).toEqual([]);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('a link of the tree is never taken for an option of the tools that lay it out', async () => {
    const outside = join(scratch, `outside${++count}`);
    mkdirSync(outside);
    const { inside } = await enter(mode, (tree) => symlinkSync(`--target-directory=${outside}`, join(tree, 'evil')));
    const lines: string[] = [];
    await inside.run('ls', ['-l', '/evil'], quietRun(), { onLine: (line) => void lines.push(line) });
    expect(readdirSync(outside)).toEqual([]);
    expect(lines.join()).toContain(`/evil -> --target-directory=${outside}`);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('a failure carries the last words', async () => {
    const { inside } = await enter(mode);
    const failing = inside.run('sh', ['-c', 'echo reading; echo "no such module" >&2; exit 3'], quietRun());
    await expect(failing).rejects.toThrow(/sh \(inside the root tree\) failed with status 3\..*no such module/s);
    await expect(failing).rejects.toBeInstanceOf(ToolError);
  });

  oracle(
    'busybox',
    'unshare',
    'setpriv',
  )('an abort ends everything inside', async () => {
    const { inside } = await enter(mode);
    const abort = new AbortController();
    const mark = `${1_000_000 + process.pid}${count}`;
    const running = inside.run(
      'sh',
      ['-c', `sleep ${mark} & echo started; sleep ${mark}`],
      { ...quietRun(), signal: abort.signal },
      { onLine: () => abort.abort(new Error('stopped by the test')) },
    );
    await expect(running).rejects.toThrow('stopped by the test');
    await sleep(300);
    expect(processesWith(mark)).toEqual([]);
  });
});

oracle(
  'busybox',
  'unshare',
  'setpriv',
)('a tree without programs is no way inside, and the reason is told', async () => {
  const root = join(scratch, 'empty');
  const workDirectory = join(scratch, 'empty-work');
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(workDirectory);
  const opening = openRoot({ root, workDirectory, modes: ['chroot', 'userns'], profile: '', epoch: 1 }, quietRun());
  await expect(opening).rejects.toMatchObject({
    code: 'live.no-way-inside',
    hint: expect.stringContaining('initrd.file: FILE'),
  });
});

test.runIf(asRoot && namespaces && existsSync('/usr/bin/setpriv'))(
  'an ordinary user enters by a user namespace',
  async () => {
    const dir = join(scratch, 'ordinary');
    makeBusyboxRoot(join(dir, 'root'), programs);
    mkdirSync(join(dir, 'work'));
    spawnSync('chown', ['-R', '65534:65534', dir]);
    chmodSync(scratch, 0o755);
    const module = join(import.meta.dirname, '../../dist/live/initrd/inside-root.js');
    const program = `
    const { openRoot } = await import(${JSON.stringify(module)});
    const run = { jobs: 1, report() {} };
    const request = { root: ${JSON.stringify(join(dir, 'root'))}, workDirectory: ${JSON.stringify(join(dir, 'work'))}, modes: ['chroot', 'userns'], profile: 'p', epoch: 1 };
    const inside = await openRoot(request, run);
    await inside.run('sh', ['-c', 'id -u >/run/isopress/id'], run);
    console.log(inside.mode);`;
    const args = [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      process.execPath,
      '--input-type=module',
      '-e',
      program,
    ];
    const { stdout, stderr } = spawnSync('setpriv', args, { encoding: 'utf8', cwd: '/' });
    expect({ stdout, stderr }).toEqual({ stdout: 'userns\n', stderr: '' });
    expect(readFileSync(join(dir, 'work/exchange/id'), 'latin1')).toBe('0\n');
  },
);

test.runIf(modes.length > 0 && existsSync('/usr/bin/setpriv'))(
  'a kill of this program ends what runs inside',
  async () => {
    const root = makeBusyboxRoot(join(scratch, 'killed'), programs);
    const workDirectory = join(scratch, 'killed-work');
    mkdirSync(workDirectory);
    const mark = `${2_000_000 + process.pid}`;
    const module = join(import.meta.dirname, '../../dist/live/initrd/inside-root.js');
    const program = `
    const { openRoot } = await import(${JSON.stringify(module)});
    const run = { jobs: 1, report() {} };
    const request = { root: ${JSON.stringify(root)}, workDirectory: ${JSON.stringify(workDirectory)}, modes: ['chroot', 'userns'], profile: '', epoch: 1 };
    await (await openRoot(request, run)).run('sleep', ['${mark}'], run);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' });
    for (let i = 0; i < 100 && processesWith(mark).length === 0; i++) await sleep(100);
    expect(processesWith(mark)).not.toEqual([]);
    child.kill('SIGKILL');
    for (let i = 0; i < 50 && processesWith(mark).length > 0; i++) await sleep(100);
    expect(processesWith(mark)).toEqual([]);
  },
);

kernelOracle(
  'unshare',
  'setpriv',
  'busybox',
)('without setpriv nothing runs in the tree with all rights of root', () => {
  const root = makeBusyboxRoot(join(scratch, 'no-setpriv'), programs);
  const workDirectory = join(scratch, 'no-setpriv-work');
  mkdirSync(workDirectory);
  const ran = join(root, 'var/tmp/ran');
  const module = join(import.meta.dirname, '../../dist/live/initrd/inside-root.js');
  const request = { root, workDirectory, modes: ['chroot'], profile: '', epoch: 1 };
  const program = `
    const { openRoot } = await import(${JSON.stringify(module)});
    const run = { jobs: 1, report() {} };
    try {
      await (await openRoot(${JSON.stringify(request)}, run)).run('touch', ['/var/tmp/ran'], run);
    } catch ({ name, code, exitCode }) {
      console.log(JSON.stringify({ name, code, exitCode }));
    }`;
  const hidden = 'mount --bind /dev/null "$(command -v setpriv)" && exec "$@"';
  const words = ['--mount', 'sh', '-c', hidden, 'sh', process.execPath, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
  expect(JSON.parse(stdout), stderr).toEqual({ name: 'ToolError', code: 'live.no-way-inside', exitCode: 4 });
  expect(existsSync(ran)).toBe(false);
});

/** Processes that have the mark as a separate argument. */
function processesWith(mark: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });
}
