// The guides that start from a Debian root tree. mmdebstrap itself runs with ISOPRESS_GUIDES=all; otherwise the tests' own tree,
// which has all packages of the guides, takes the place of its result.
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { systemPackages } from '../../scripts/debian-root.js';
import { presentDebianRoot } from '../support/debian-root.js';
import { pattern, prepareGuide, runStep, type Step, stepsOf } from '../support/guide.js';
import { kernelOracle, oraclesRequired } from '../support/oracle.js';
import { scratchDirectory } from '../support/scratch.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const root = presentDebianRoot();
const MAKES_ROOT = /^mmdebstrap /m;
/** Milliseconds of one step: mmdebstrap and dracut take minutes, on a busy machine many. */
const LONGEST = 3_600_000;
/** An ordinary user with subordinate ids, who exists only in a mount namespace of the test. */
const USER = 4321;

/** The step, or one that puts the kept tree in place of a new one. */
function withKeptRoot(step: Step, place: string): Step {
  if (!MAKES_ROOT.test(step.script) || process.env['ISOPRESS_GUIDES'] === 'all') return step;
  const [, packages] = /--include=(\S+)/.exec(step.script) ?? [];
  const kept = systemPackages();
  expect(packages!.split(',').filter((name) => !kept.includes(name))).toEqual([]);
  return { ...step, script: place };
}

function check(step: Step, directory: string, prefix?: readonly string[]): void {
  const printed = runStep(step, directory, prefix);
  if (step.output !== undefined) expect(printed).toMatch(pattern(step.output));
}

describe.skipIf(root === undefined && !oraclesRequired)('make-a-root.md', () => {
  const directory = join(scratch, 'make-a-root');
  beforeAll(() => {
    mkdirSync(directory);
    prepareGuide(directory);
  });

  for (const step of stepsOf('docs/guides/make-a-root.md')) {
    kernelOracle('mmdebstrap')(
      `line ${step.line}`,
      () => check(withKeptRoot(step, `ln -s ${root} root`), directory),
      LONGEST,
    );
  }
});

describe.skipIf(root === undefined && !oraclesRequired)('rootless-ci.md', () => {
  const directory = join(scratch, 'rootless-ci');
  let asUser: readonly string[];

  beforeAll(() => {
    mkdirSync(directory);
    prepareGuide(directory);
    chmodSync(scratch, 0o755);
    chownSync(directory, USER, USER);
    asUser = ordinaryUser(join(scratch, 'accounts'), directory);
    if (root && process.env['ISOPRESS_GUIDES'] !== 'all') {
      const attributes = ['--xattrs', '--xattrs-include=*', '--numeric-owner'];
      succeed('tar', ['-cf', join(scratch, 'kept.tar'), ...attributes, '-C', root, '.']);
    }
  });

  for (const step of stepsOf('docs/guides/rootless-ci.md')) {
    kernelOracle(
      'mmdebstrap',
      'newuidmap',
      'unshare',
      'setpriv',
    )(
      `line ${step.line}`,
      () => check(withKeptRoot(step, `ln -s ${join(scratch, 'kept.tar')} root.tar`), directory, asUser),
      LONGEST,
    );
  }
});

test('every step that needs a root tree is in these guides', () => {
  for (const name of ['make-a-root', 'rootless-ci']) {
    expect(stepsOf(`docs/guides/${name}.md`).filter(({ script }) => MAKES_ROOT.test(script))).toHaveLength(1);
  }
});

/** Words before a command that run it as that user, with the accounts in place of the machine's. */
function ordinaryUser(accounts: string, home: string): readonly string[] {
  mkdirSync(accounts);
  copyFileSync('/etc/passwd', join(accounts, 'passwd'));
  copyFileSync('/etc/group', join(accounts, 'group'));
  const append = (name: string, line: string) =>
    writeFileSync(join(accounts, name), `${readFileSync(join(accounts, name), 'utf8')}${line}\n`);
  append('passwd', `guide:x:${USER}:${USER}::${home}:/bin/sh`);
  append('group', `guide:x:${USER}:`);
  for (const name of ['subuid', 'subgid']) writeFileSync(join(accounts, name), 'guide:100000:65536\n');
  const mounts = ['passwd', 'group', 'subuid', 'subgid'].map((name) => `mount --bind ${accounts}/${name} /etc/${name}`);
  const identity = ['--reuid', `${USER}`, '--regid', `${USER}`, '--clear-groups'].join(' ');
  const script = `${mounts.join(' && ')} && exec setpriv ${identity} "$@"`;
  return ['unshare', '--mount', 'bash', '-c', script, 'bash'];
}
