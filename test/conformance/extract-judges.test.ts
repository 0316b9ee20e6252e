// Images of every writer, made and extracted by an ordinary user: what comes out is what went in, and what 7-Zip and debugfs take out.
import { chmodSync, chownSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { noise } from '../support/trees.js';

const scratch = scratchDirectory();
const at = (name: string) => join(scratch, name);
/** Nobody, in no group. */
const USER = 65_534;
const isRoot = process.getuid?.() === 0;
const asUser = isRoot ? { prefix: ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'] } : {};
const TIME = 1_600_000_000;

/** Options of each writer, and what its format keeps of an entry beside name and content. */
const FORMATS = {
  ext4: { command: ['ext4'], keeps: '%m %T@ %l' },
  squashfs: { command: ['squashfs', '--compression', 'gzip'], keeps: '%m %T@ %l' },
  erofs: { command: ['erofs'], keeps: '%m %T@ %l' },
  iso: { command: ['iso'], keeps: '%m %T@ %l' },
  udf: { command: ['iso', '--udf', '--no-iso9660'], keeps: '%m %T@ %l' },
  fat: { command: ['fat'], keeps: '%T@' },
} as const;
type Format = keyof typeof FORMATS;

/** Names, kinds and what a format keeps, then the digests of all files. `links` says whether symbolic links count. */
function described(directory: string, keeps: string, links = true): string[] {
  const kinds = links ? '\\( -type f -o -type l \\)' : '-type f';
  const script = `cd "$0" && find . -not -path './lost+found*' ${kinds} -printf '%p %y ${keeps}\\n' | sort; find . -type f -print0 | sort -z | xargs -0 sha256sum`;
  return judge('bash', ['-c', script, directory]).stdout.split('\n');
}

beforeAll(() => {
  chmodSync(scratch, 0o777);
  mkdirSync(at('tree/DIR/SUB'), { recursive: true });
  writeFileSync(at('tree/DIR/TEXT.TXT'), 'text\n', { mode: 0o640 });
  writeFileSync(at('tree/DIR/SUB/NOISE.BIN'), noise(300_000, 7), { mode: 0o755 });
  writeFileSync(at('tree/EMPTY'), '', { mode: 0o444 });
  symlinkSync('DIR/TEXT.TXT', at('tree/LINK'));
  for (const name of ['DIR/TEXT.TXT', 'DIR/SUB/NOISE.BIN', 'EMPTY', 'DIR/SUB', 'DIR', '.']) {
    utimesSync(at(`tree/${name}`), TIME, TIME);
    if (isRoot) chownSync(at(`tree/${name}`), USER, USER);
  }
  judge('touch', ['-h', '-d', `@${TIME}`, at('tree/LINK')]);
  for (const [format, { command }] of Object.entries(FORMATS)) {
    const { status, stderr } = isopress(
      [...command, at('tree'), at(`${format}.img`), '--quiet', '--loss', 'ignore'],
      asUser,
    );
    if (status !== 0) throw new Error(`${format}: ${stderr}`);
  }
});

const formats = Object.keys(FORMATS) as Format[];

describe('an ordinary user', () => {
  test.each(formats)('gets from %s what went in', (format) => {
    const target = at(`${format}-out`);
    expect(isopress(['extract', '--quiet', at(`${format}.img`), target], asUser)).toMatchObject({
      status: 0,
      stderr: '',
    });
    const { keeps } = FORMATS[format];
    const links = format !== 'fat';
    expect(described(at('tree'), keeps, links).length).toBeGreaterThan(5);
    expect(described(target, keeps, links)).toEqual(described(at('tree'), keeps, links));
  });
});

describe('the same files as', () => {
  for (const format of formats.filter((name) => name !== 'erofs')) {
    oracle('7z')(`7-Zip takes out of ${format}`, () => {
      const [target, image] = [at(`${format}-7z`), at(`${format}-7z.img`)];
      // 7-Zip opens no UDF volume with a symbolic link.
      const writer = [
        ...FORMATS[format].command,
        at('tree'),
        image,
        '--exclude',
        'LINK',
        '--quiet',
        '--loss',
        'ignore',
      ];
      expect(isopress(writer).status).toBe(0);
      expect(judge('7z', ['x', '-y', `-o${target}`, image]).status).toBe(0);
      judge('rm', ['-rf', join(target, '[SYS]'), join(target, 'lost+found')]);
      expect(described(target, '', false)).toEqual(described(at('tree'), '', false));
    });
  }

  oracle('debugfs')('debugfs takes out of ext4', () => {
    mkdirSync(at('rdump'));
    expect(judge('debugfs', ['-R', `rdump / ${at('rdump')}`, at('ext4.img')]).status).toBe(0);
    const kept = isRoot ? FORMATS.ext4.keeps : '%l';
    judge('rm', ['-rf', at('rdump/lost+found')]);
    expect(described(at('rdump'), kept, false)).toEqual(described(at('ext4-out'), kept, false));
    // It gives links the time at which it makes them.
    expect(described(at('rdump'), '%l')).toEqual(described(at('ext4-out'), '%l'));
  });
});
