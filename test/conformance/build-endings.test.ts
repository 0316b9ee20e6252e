// How builds end as processes: whatever ends one, the target directory holds what it held before, and no tool stays behind.
import { type ChildProcess, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isopress, startIsopress } from '../support/command.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

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
  const args = [
    'build',
    '--description',
    iso.description,
    '--root',
    iso.root,
    '--target-dir',
    target,
    '--progress',
    'none',
  ];
  return { iso, mark, target, args };
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
  for (let i = 0; i < 200 && !condition(); i++) await sleep(100);
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

  test('by a kill leaves no process; the next build removes the files and publishes', async () => {
    const { iso, mark, target, args } = endlessBuild();
    const child = startIsopress(args);
    const end = ended(child);
    expect(await until(() => marked(mark).length > 0)).toBe(true);
    child.kill('SIGKILL');
    await end;
    expect(await until(() => marked(mark).length === 0)).toBe(true);
    expect(readdirSync(target).filter((name) => !name.startsWith('.') && !name.endsWith('.part'))).toEqual([]);
    const { status, stderr } = isopress([...args, '--initrd', iso.initrd]);
    expect(status, stderr).toBe(0);
    expect(readdirSync(target).sort()).toEqual([
      ...[
        'isopress.result.json',
        'small.x86_64-1.0.0.iso',
        'small.x86_64-1.0.0.packages',
        'small.x86_64-1.0.0.verified',
      ],
    ]);
  });

  test('by the failure of dracut ends with what dracut said', async () => {
    const { iso, target, args } = endlessBuild();
    writeFileSync(join(iso.root, 'usr/bin/dracut'), '#!/usr/bin/busybox sh\necho "it does not work"\nexit 7\n');
    const { status, stderr } = isopress(args);
    expect(status, stderr).toBe(4);
    expect(stderr).toContain('failed with status 7');
    expect(stderr).toContain('it does not work');
    expect(readdirSync(target)).toEqual([]);
  });
});
