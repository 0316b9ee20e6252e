// biome-ignore-all lint/suspicious/noTemplateCurlyInString: scripts and templates are what is being tested
// What a description adds to the medium of a live ISO: config-cdroot archives, the script editbootconfig, a template of the menu.
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { quietRun, type Run } from '../../src/io/content.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import {
  extracted,
  reported,
  type SmallIso,
  type SomeOptions,
  smallDescription,
  smallIso,
} from '../support/small-iso.js';
import { hasGrub, listing } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const run = quietRun();
const MEDIUM = '0x5358326c';

const press = (options: SomeOptions = {}, running: Run = run) =>
  small.press({ compression: { name: 'gzip' }, ...options }, running);

const text = (...path: readonly string[]) => readFileSync(join(...path), 'utf8');

describe.runIf(hasGrub)('config-cdroot archives', () => {
  const archive = join(scratch, 'description/config-cdroot.tar.xz');
  const pack = (script: string) => {
    const tree = mkdtempSync(join(scratch, 'cdroot-'));
    judge('sh', ['-c', `cd "$1" && ${script} && tar -cJf "$2" .`, 'sh', tree, archive]);
  };
  // Every build of this file would read it.
  afterEach(() => rmSync(archive, { force: true }));

  oracle(
    'xorriso',
    'tar',
    'xz',
  )('lie under everything else, as files of root that all can read', async () => {
    pack(
      'mkdir -p docs boot/grub && echo hello >docs/README && chmod 600 docs/README && ln -s docs/README start && echo x >boot/grub/grub.cfg',
    );
    small.describe('firmware="efi"');
    const { image } = await press();
    const medium = extracted(image);
    expect(text(medium, 'docs/README')).toBe('hello\n');
    expect(text(medium, 'start')).toBe('hello\n');
    expect(text(medium, 'boot/grub/grub.cfg')).toContain('menuentry');
    const listed = judge('xorriso', ['-indev', image, '-find', '/docs', '-exec', 'lsdl']).stdout;
    expect(listed).toMatch(/^drwxr-xr-x .* 0 +0 .*'\/docs'$/m);
    expect(listed).toMatch(/^-rw-r--r-- .* 0 +0 .*'\/docs\/README'$/m);
  });

  oracle('tar', 'xz')('with device files, or links that lead out, are refused', async () => {
    small.describe('firmware="efi"');
    for (const script of ['mkfifo pipe', 'ln -s /etc/passwd out', 'mkdir a && ln -s ../../etc a/out']) {
      pack(script);
      const targetDirectory = small.directory();
      await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'live.cdroot', place: { path: archive } });
      expect(readdirSync(targetDirectory)).toEqual([]);
    }
    writeFileSync(archive, 'no archive at all '.repeat(100));
    await expect(press()).rejects.toMatchObject({ code: 'tar.none' });
  });
});

describe.runIf(hasGrub)('editbootconfig', () => {
  const script = join(scratch, 'description/edit.sh');
  const write = (body: string) => writeFileSync(script, `${body}\n`);

  oracle('xorriso', 'mcopy')('is called as KIWI calls it, and what it does to the medium counts', async () => {
    small.describe('firmware="efi" efiparttable="msdos" editbootconfig="edit.sh"');
    write(`set -e
medium=\${1#iso:}
[ "$1" != "$medium" ] && [ "$2" = 1 ] && [ $# = 2 ]
echo "at $(pwd), $kiwi_iname, $INHERITED, $(umask)" >"$medium/seen"
ls "$medium/LiveOS" "$medium/boot/x86_64/loader/linux" "$medium/isolinux" 2>/dev/null | wc -l >"$medium/payload"
sed -i 's/Small/Edited/' "$medium/boot/grub/grub.cfg"
rm "$medium/boot/grub/loopback.cfg"
chmod 755 "$medium/boot/mbrid"
mkdir -p "$medium/EFI/tools" && echo tool >"$medium/EFI/tools/tool.efi"
umask 077; echo secret >"$medium/private"; touch -d @1600000000 "$medium/private"
ln -s private "$medium/link"
echo told`);
    const said: string[] = [];
    const before = listing(small.root);
    const { image } = await press({
      description: { scriptEnvironment: { INHERITED: 'yes', PATH: process.env['PATH']! } },
      events: { log: (line) => said.push(line) },
    });
    expect(said).toEqual(['told']);
    expect(listing(small.root)).toBe(before);
    const medium = extracted(image);
    expect(text(medium, 'seen')).toBe(`at ${small.root}, small, yes, 0022\n`);
    expect(text(medium, 'payload')).toMatch(/^0$/m);
    expect(text(medium, 'boot/grub/grub.cfg')).toContain("menuentry 'Edited'");
    expect(readdirSync(join(medium, 'boot/grub'))).not.toContain('loopback.cfg');
    expect(text(medium, 'link')).toBe('secret\n');
    const listed = judge('xorriso', ['-indev', image, '-find', '/', '-exec', 'lsdl']).stdout;
    expect(listed).toMatch(/^-rwxr-xr-x .* 0 +0 .*'\/boot\/mbrid'$/m);
    expect(listed).toMatch(/^-r[w-]-r--r-- .* 0 +0 .*Sep 13 +2020 '\/private'$/m);
    expect(listed).toMatch(/^-rw-r--r-- .* 0 +0 .*Nov 14 +2023 '\/seen'$/m);
    // Made after the script ran.
    const esp = Number(/^MBR partition +: +2 .* (\d+) +\d+$/m.exec(reported(image).join('\n'))![1]) * 512;
    const out = join(scratch, 'tool.efi');
    expect(judge('mcopy', ['-i', `${image}@@${esp}`, '::EFI/tools/tool.efi', out])).toMatchObject({ status: 0 });
    expect(text(out)).toBe('tool\n');
    expect(judge('grub-script-check', [join(medium, 'boot/grub/grub.cfg')]).status).toBe(0);
  });

  test('gives the same bytes whenever it runs', async () => {
    small.describe('firmware="efi" editbootconfig="edit.sh"');
    write('date +%s >/dev/null; echo more >>"${1#iso:}/boot/grub/grub.cfg"; mkdir "${1#iso:}/made"');
    const digest = async () => judge('sha256sum', [(await press()).image]).stdout.slice(0, 64);
    const first = await digest();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await digest()).toBe(first);
  });

  test('that fails ends the build with what it said; so do one that is not there and one that takes the EFI files', async () => {
    small.describe('firmware="efi" editbootconfig="edit.sh"');
    const targetDirectory = small.directory();
    write('echo "no such menu" >&2; exit 3');
    const failed = press({ targetDirectory });
    await expect(failed).rejects.toMatchObject({
      name: 'InvalidInputError',
      code: 'live.script-failed',
      place: { path: script },
    });
    await expect(press({ targetDirectory })).rejects.toThrow(/status 3.*no such menu/s);
    write('rm -r "${1#iso:}/EFI"');
    await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'live.no-efi-directory' });
    write('mkfifo "${1#iso:}/pipe"');
    await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'live.special-entry' });
    small.describe('firmware="efi" editbootconfig="none.sh"');
    await expect(press({ targetDirectory })).rejects.toMatchObject({ code: 'live.no-script' });
    expect(readdirSync(targetDirectory)).toEqual([]);
  });

  test('ends, with all it started, when the build is aborted', async () => {
    small.describe('firmware="efi" editbootconfig="edit.sh"');
    const mark = join(scratch, 'started');
    write(`sleep 300 & echo $! >"${mark}"; wait`);
    const abort = new AbortController();
    const pressing = press({}, { ...run, signal: abort.signal });
    let hasEnded = false;
    const ended = expect(pressing.finally(() => (hasEnded = true))).rejects.toThrow('enough');
    while (!hasEnded && !statSync(mark, { throwIfNoEntry: false })?.size)
      await new Promise((resolve) => setTimeout(resolve, 20));
    abort.abort(new Error('enough'));
    await ended;
    const pid = Number(text(mark));
    const isGone = () => !/^(?!.*State:\s+Z)/s.test(readStatus(pid));
    for (let i = 0; i < 1500 && !isGone(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(isGone()).toBe(true);
  });

  test('is taken from the prepared root tree too, as KIWI leaves it there', async () => {
    small.describe('firmware="efi"');
    const root = join(scratch, 'prepared');
    cpSync(small.root, root, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(root, 'image/edit_boot_config.sh'), 'echo prepared >"${1#iso:}/seen"\n');
    chmodSync(join(root, 'image/edit_boot_config.sh'), 0o644);
    expect(text(extracted((await press({ input: { root } })).image), 'seen')).toBe('prepared\n');
  });
});

/** /proc/PID/status; empty when the process is gone. */
function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return 'State:\tZ';
  }
}

describe.runIf(hasGrub)('a template of the menu', () => {
  test('replaces the built-in one, and its faults are told with their place', async () => {
    const described = (name: string) =>
      writeFileSync(
        join(small.description, 'config.xml'),
        smallDescription('firmware="efi"').replace('<bootloader ', `<bootloader grub_template="${name}" `),
      );
    const path = join(small.description, 'menu.template');
    writeFileSync(path, 'search ${search_params}\nset timeout=${boot_timeout}\nmenuentry "${title}" { exit }\n');
    described('menu.template');
    expect(text(extracted((await press()).image), 'boot/grub/grub.cfg')).toBe(
      `search --file --set=root /boot/${MEDIUM}\nset timeout=60\nmenuentry "Small" { exit }\n`,
    );
    writeFileSync(path, 'set x=1\nset y=${boot_timout}\n');
    await expect(press()).rejects.toMatchObject({ code: 'live.template', place: { path, line: 2, column: 7 } });
    described('none.template');
    await expect(press()).rejects.toMatchObject({ code: 'live.template', place: { line: expect.any(Number) } });
  });
});
