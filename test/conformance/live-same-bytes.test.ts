// biome-ignore-all lint/suspicious/noTemplateCurlyInString: a script is what is being run
// A live ISO has the same bytes whatever the surroundings of the caller are: mask of new files, directory, zone, locale, variables.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);

/** Makes files and directories with the modes that the mask leaves, and says all that it is told. */
const SCRIPT = `#!/bin/bash
set -e
medium=\${1#iso:}
mkdir -p "$medium/made/below"
echo "$*" | sed 's/iso:[^ ]*/iso:MEDIUM/' >"$medium/made/arguments"
pwd | sed 's/.*\\///' >"$medium/made/below/directory"
env | grep -v -e '^_=' -e '^SHLVL=' -e '^PWD=' -e '^OLDPWD=' | sort >"$medium/made/environment"
umask >"$medium/made/mask"
`;

describe.runIf(hasGrub)('an ISO whose medium a script changes', () => {
  const surroundings: readonly (readonly [string, string, Record<string, string>])[] = [
    ['the usual ones', 'umask 022', {}],
    ['a mask that closes everything', 'umask 077', {}],
    ['no mask', 'umask 000', {}],
    ['another directory', 'cd /', {}],
    ['another zone and locale', ':', { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8', LANG: 'ar_EG' }],
    [
      'variables that shells and tools obey',
      ':',
      {
        BASH_ENV: '/nonexistent',
        ENV: '/nonexistent',
        CDPATH: '/',
        GREP_OPTIONS: '-v',
        POSIXLY_CORRECT: '1',
        SECRET: 's',
      },
    ],
    ['few files at a time', 'ulimit -n 256', {}],
  ];
  test('is the same in all of them', () => {
    small.describe('firmware="efi" editbootconfig="edit.sh"');
    const script = join(small.description, 'edit.sh');
    writeFileSync(script, SCRIPT);
    chmodSync(script, 0o755);
    // A directory of the medium that others may write to, and one that only its owner may enter.
    mkdirSync(join(small.root, 'shared'), { recursive: true });
    chmodSync(join(small.root, 'shared'), 0o2775);
    const digests = surroundings.map(([name, shell, env]) => {
      const target = small.directory();
      const words = ['--description', small.description, '--root', small.root, '--target-dir', target];
      const { status, stderr } = isopress(
        ['build', ...words, '--initrd', small.initrd, '--epoch', '1700000000', '--level', '1', '--quiet'],
        { prefix: ['/bin/sh', '-c', `${shell} && exec "$@"`, 'sh'], env },
      );
      expect([name, status, stderr]).toEqual([name, 0, '']);
      const iso = readFileSync(join(target, 'small.x86_64-1.0.0.iso'));
      return [name, createHash('sha256').update(iso).digest('hex')];
    });
    expect(digests).toEqual(digests.map(([name]) => [name, digests[0]![1]]));
  });
});
