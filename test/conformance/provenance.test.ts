// Statements about builds, judged by in-toto's own library, and signatures by the programs that people sign with.
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress, type Surroundings } from '../support/command.js';
import { OciLayout } from '../support/oci-layout.js';
import { oracle, oraclesRequired } from '../support/oracle.js';
import { faultsOfStatement } from '../support/provenance.js';
import { validReport } from '../support/reports.js';
import { scratchDirectory } from '../support/scratch.js';
import { type SmallIso, smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';
import { archive } from '../support/tar-archive.js';
import { succeed } from '../support/tools.js';

const scratch = scratchDirectory();
const small = hasGrub ? smallIso(scratch) : ({} as SmallIso);
const ISO = 'small.x86_64-1.0.0.iso';
const STATEMENT = 'small.x86_64-1.0.0.provenance.json';
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
let skipReason: string | undefined;

beforeAll(async () => {
  if (hasGrub) small.describe('firmware="efi"');
  writeFileSync(join(scratch, 'none'), '{}');
  try {
    await faultsOfStatement(join(scratch, 'none'));
  } catch (error) {
    if (oraclesRequired) throw error;
    skipReason = 'the judge of statements cannot be installed';
  }
});

function build(target: string, ...options: string[]) {
  return buildIn({}, target, ...options);
}

function buildIn(surroundings: Surroundings, target: string, ...options: string[]) {
  const given = ['--description', small.description, '--root', small.root, '--initrd', small.initrd];
  const words = [...given, '--target-dir', target, '--epoch', '1700000000', '--level', '1', '--no-xattrs'];
  return isopress(['build', ...words, ...options], surroundings);
}

describe.runIf(hasGrub)('a provenance statement', () => {
  test('is valid, names the ISO and its inputs, and has the same bytes from another directory', async ({ skip }) => {
    if (skipReason) return skip(skipReason);
    const [first, second] = [small.directory(), small.directory()];
    const cache = ['--cache', join(scratch, 'cache')];
    const statement = ['--provenance', '--sbom', 'spdx', '--builder-id', 'https://example.com/builder'];
    const { status, stdout, stderr } = build(first, ...statement, '--json', '--sign-with', 'touch {}.sig --date=@1');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const report = validReport(stdout);
    const { filename } = (report['results'] as Record<string, { filename: string }>)['image_provenance']!;
    expect(filename).toBe(join(first, STATEMENT));
    expect(await faultsOfStatement(filename)).toEqual([]);
    const { subject, predicate } = JSON.parse(readFileSync(filename, 'utf8'));
    expect(subject).toEqual([{ name: ISO, digest: { sha256: sha256(join(first, ISO)) } }]);
    const { buildDefinition, runDetails } = predicate;
    expect(buildDefinition.externalParameters).toMatchObject({
      ...{ root: [small.root], initrd: [small.initrd], 'no-xattrs': true, level: ['1'] },
    });
    expect(JSON.stringify(predicate)).not.toContain('touch');
    const digests = new Map<string, Record<string, string>>(
      buildDefinition.resolvedDependencies.map(({ name, digest }: { name: string; digest: object }) => [name, digest]),
    );
    expect(digests.get('description')).toEqual({ sha256: sha256(join(small.description, 'config.xml')) });
    expect(digests.get('initrd')).toEqual({ sha256: sha256(small.initrd) });
    expect(digests.get('root tree')).toEqual({ isopressTreeV1: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(runDetails.builder.id).toBe('https://example.com/builder');
    // From the cache the second time.
    for (const _ of ['made', 'kept']) {
      expect(build(second, ...statement, ...cache, '--jobs', '1', '--force', '--quiet').status).toBe(0);
      expect(readFileSync(join(second, STATEMENT), 'utf8')).toBe(readFileSync(filename, 'utf8'));
    }
  });
});

test.runIf(hasGrub)(
  'container images of the root are named with their labels, in the statement and in the report',
  () => {
    const [target, layout] = [small.directory(), new OciLayout(join(scratch, 'layout'))];
    const settings = { config: { Labels: { version: '7' } } };
    const entry = layout.image({ layers: [archive({ name: 'added', data: 'x' })], settings });
    layout.list(entry);
    const name = `oci:${layout.directory}`;
    const { status, stdout, stderr } = build(target, '--root', name, '--provenance', '--json');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(validReport(stdout)['containers']).toMatchObject([{ name, digest: entry.digest, labels: { version: '7' } }]);
    const { predicate } = JSON.parse(readFileSync(join(target, STATEMENT), 'utf8'));
    expect(predicate.buildDefinition.resolvedDependencies).toContainEqual({
      name: 'container image',
      digest: { sha256: entry.digest.replace('sha256:', '') },
      annotations: { labels: { version: '7' } },
    });
  },
);

describe.runIf(hasGrub)('results are signed before they have their names', () => {
  const signed = [ISO, STATEMENT];

  oracle('gpg')('by gpg', () => {
    const [home, target] = [join(scratch, 'gnupg'), small.directory()];
    mkdirSync(home, { mode: 0o700 });
    const env = { GNUPGHOME: home };
    const gpg = ['--homedir', home, '--batch', '--quiet'];
    const unlocked = ['--pinentry-mode', 'loopback', '--passphrase', ''];
    succeed('gpg', [...gpg, ...unlocked, '--quick-generate-key', 'Builder <b@example.com>', 'ed25519']);
    const command = `gpg --batch --quiet --armor --local-user 'Builder <b@example.com>' --detach-sign`;
    const { status, stderr } = buildIn({ env }, target, '--provenance', '--sign-with', command, '--quiet');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of signed) {
      succeed('gpg', [...gpg, '--verify', join(target, `${name}.asc`), join(target, name)]);
    }
    const record = JSON.parse(readFileSync(join(target, 'isopress.result.json'), 'utf8'));
    expect(record['live_image_signature'].filename).toBe(join(target, `${ISO}.asc`));
    // A bundle renames files, and a signed text must stay as it is.
    const bundle = join(scratch, 'bundle');
    expect(isopress(['bundle', '--target-dir', target, '--id', '7', '--bundle-dir', bundle, '--quiet']).status).toBe(0);
    for (const name of signed) {
      const renamed = join(bundle, name.replace('1.0.0', '1.0.0-7'));
      succeed('gpg', [...gpg, '--verify', `${renamed}.asc`, renamed]);
    }
  });

  oracle('ssh-keygen')('by ssh-keygen', () => {
    const [key, target] = [join(scratch, 'a key'), small.directory()];
    succeed('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'b@example.com', '-f', key]);
    const [type, text] = readFileSync(`${key}.pub`, 'utf8').split(' ');
    writeFileSync(join(scratch, 'allowed'), `b@example.com ${type} ${text}\n`);
    const { status } = build(target, '--sign-with', `ssh-keygen -q -Y sign -n file -f '${key}'`, '--quiet');
    expect(status).toBe(0);
    const check = ['-Y', 'verify', '-f', join(scratch, 'allowed'), '-I', 'b@example.com', '-n', 'file'];
    expect(readdirSync(target)).toContain(`${ISO}.sig`);
    succeed('bash', ['-c', 'ssh-keygen "$@" <"$0"', join(target, ISO), ...check, '-s', join(target, `${ISO}.sig`)]);
  });

  oracle('minisign')('by minisign', () => {
    const [key, target] = [join(scratch, 'minisign'), small.directory()];
    succeed('minisign', ['-G', '-W', '-p', `${key}.pub`, '-s', `${key}.key`]);
    expect(build(target, '--sign-with', `minisign -S -s ${key}.key -m {}`, '--quiet').status).toBe(0);
    succeed('minisign', ['-V', '-p', `${key}.pub`, '-m', join(target, ISO)]);
  });

  oracle('signify-openbsd')('by signify', () => {
    const [key, target] = [join(scratch, 'signify'), small.directory()];
    succeed('signify-openbsd', ['-G', '-n', '-p', `${key}.pub`, '-s', `${key}.sec`]);
    expect(build(target, '--sign-with', `signify-openbsd -S -s ${key}.sec -m`, '--quiet').status).toBe(0);
    succeed('signify-openbsd', ['-V', '-p', `${key}.pub`, '-m', join(target, ISO)]);
  });

  oracle('openssl')('by openssl, which is told the name of the signature', () => {
    const [key, target] = [join(scratch, 'key.pem'), small.directory()];
    succeed('openssl', ['genpkey', '-quiet', '-algorithm', 'ed25519', '-out', key]);
    succeed('openssl', ['pkey', '-in', key, '-pubout', '-out', `${key}.pub`]);
    const command = `openssl pkeyutl -sign -rawin -inkey ${key} -in {} -out {}.sig`;
    expect(build(target, '--sign-with', command, '--quiet').status).toBe(0);
    expect(readdirSync(target)).toContain(`${ISO}.sig`);
    const files = ['-sigfile', join(target, `${ISO}.sig`), '-in', join(target, ISO)];
    succeed('openssl', ['pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', `${key}.pub`, ...files]);
  });

  test.each([
    ['that fails', 'false', 'tool.failed'],
    ['that is missing', 'no-such-signer', 'tool.missing'],
    ['that makes no signature', 'true', 'live.unsigned'],
    ['that changes what it signs', `${join(scratch, 'changing')}`, 'live.signer-changed-file'],
  ])('by a program %s: nothing is published', (_, command, code) => {
    writeFileSync(join(scratch, 'changing'), '#!/bin/sh\necho x >>"$1"; echo y >"$1.sig"\n');
    chmodSync(join(scratch, 'changing'), 0o755);
    const target = small.directory();
    writeFileSync(join(target, STATEMENT), 'of an earlier build');
    const { status, stderr } = build(target, '--provenance', '--sign-with', command, '--quiet');
    expect([status, stderr]).toEqual([4, expect.stringContaining(code)]);
    expect(readdirSync(target)).toEqual([basename(STATEMENT)]);
    expect(readFileSync(join(target, STATEMENT), 'utf8')).toBe('of an earlier build');
  });

  test('a command that cannot be split is wrong usage', () => {
    expect(build(small.directory(), '--sign-with', `gpg 'x`)).toMatchObject({ status: 2 });
    expect(build(small.directory(), '--provenance', '--builder-id', 'me')).toMatchObject({ status: 2 });
  });
});
