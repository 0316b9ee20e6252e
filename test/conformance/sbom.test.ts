// Bills of materials, judged by the reference libraries of their formats, with the packages that dpkg-query names.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { isopress } from '../support/command.js';
import { judge, oracle, oraclesRequired } from '../support/oracle.js';
import { faultsOfBill } from '../support/sbom.js';
import { scratchDirectory } from '../support/scratch.js';
import { smallIso } from '../support/small-iso.js';
import { hasGrub } from '../support/small-root.js';

const scratch = scratchDirectory();
const root = join(scratch, 'root');
const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
let skipReason: string | undefined;

beforeAll(async () => {
  const paragraph = (name: string, status: string, version: string) =>
    `Package: ${name}\nStatus: ${status}\nVersion: ${version}\nArchitecture: amd64\nMaintainer: m\nDescription: d\n\n`;
  mkdirSync(join(root, 'etc'), { recursive: true });
  mkdirSync(join(root, 'var/lib/dpkg/info'), { recursive: true });
  writeFileSync(join(root, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n');
  writeFileSync(
    join(root, 'var/lib/dpkg/status'),
    paragraph('libstdc++6', 'install ok installed', '12.2.0-14+deb12u1') +
      paragraph('bash', 'install ok installed', '1:5.2.15-2+b7~x') +
      paragraph('half', 'install ok half-configured', '1') +
      paragraph('gone', 'deinstall ok config-files', '1'),
  );
  try {
    writeFileSync(join(scratch, 'none'), '{}');
    await faultsOfBill('cyclonedx', join(scratch, 'none'));
  } catch (error) {
    if (oraclesRequired) throw error;
    skipReason = 'the judges of bills of materials cannot be installed';
  }
});

describe.each(['spdx', 'cyclonedx'] as const)('%s', (format) => {
  test('is a valid document, from a directory and from an image of it', async ({ skip }) => {
    if (skipReason) return skip(skipReason);
    const [image, first, second] = ['root.sqfs', `a.${format}.json`, `b.${format}.json`].map((name) =>
      join(scratch, name),
    );
    expect(isopress(['squashfs', root, image!, '--force', '--quiet']).status).toBe(0);
    for (const [source, file] of [
      [root, first!],
      [image!, second!],
    ] as const) {
      const written = isopress(['sbom', source, file, '--format', format, '--epoch', '1767225600', '--quiet']);
      expect(written).toMatchObject({ status: 0, stderr: '' });
      expect(await faultsOfBill(format, file)).toEqual([]);
    }
    expect(readFileSync(second!)).toEqual(readFileSync(first!));
  });
});

/** Name and SHA-256 of the image that a document is about. */
const SUBJECTS: Readonly<Record<'spdx' | 'cyclonedx', (document: unknown) => unknown>> = {
  spdx: (document) => {
    const { packages, relationships } = document as {
      packages: { SPDXID: string; packageFileName: string; checksums: unknown[] }[];
      relationships: { relationshipType: string; relatedSpdxElement: string }[];
    };
    const described = relationships.filter(({ relationshipType }) => relationshipType === 'DESCRIBES');
    expect(described).toHaveLength(1);
    const subject = packages.find(({ SPDXID }) => SPDXID === described[0]!.relatedSpdxElement)!;
    const [{ algorithm, checksumValue }] = subject.checksums as [{ algorithm: string; checksumValue: string }];
    expect(algorithm).toBe('SHA256');
    return [subject.packageFileName, checksumValue];
  },
  cyclonedx: (document) => {
    const { component } = (document as { metadata: { component: Record<string, unknown> } }).metadata;
    const [{ url, type, hashes }] = component['externalReferences'] as [{ url: string; type: string; hashes: unknown }];
    expect({ type, hashes }).toEqual({ type: 'distribution', hashes: component['hashes'] });
    const [{ alg, content }] = hashes as [{ alg: string; content: string }];
    expect(alg).toBe('SHA-256');
    return [decodeURIComponent(url), content];
  },
};

type Files = (document: unknown, name: string) => unknown;

/** Path, SHA-1 and SHA-256 of the files of a package. */
const FILES: Readonly<Record<'spdx' | 'cyclonedx', Files>> = {
  spdx: (document, name) => {
    const { packages, files, relationships } = document as {
      packages: { SPDXID: string; name: string }[];
      files: { SPDXID: string; fileName: string; checksums: { checksumValue: string }[] }[];
      relationships: { spdxElementId: string; relatedSpdxElement: string }[];
    };
    const { SPDXID } = packages.find((each) => each.name === name)!;
    const contained = relationships.filter(({ spdxElementId }) => spdxElementId === SPDXID);
    return contained.map(({ relatedSpdxElement }) => {
      const { fileName, checksums } = files.find((each) => each.SPDXID === relatedSpdxElement)!;
      return [fileName.replace(/^\./, ''), ...checksums.map(({ checksumValue }) => checksumValue)];
    });
  },
  cyclonedx: (document, name) => {
    const { components } = document as {
      components: { name: string; components: { name: string; hashes: { content: string }[] }[] }[];
    };
    const files = components.find((each) => each.name === name)!.components;
    return files.map((file) => [file.name, ...file.hashes.map(({ content }) => content)]);
  },
};

test.each(['spdx', 'cyclonedx'] as const)('%s names the image that it is about', async (format) => {
  const image = join(scratch, 'an image:1.iso');
  writeFileSync(image, 'its bytes');
  const file = join(scratch, `named.${format}.json`);
  const args = ['sbom', root, file, '--format', format, '--subject', image, '--quiet'];
  expect(isopress(args)).toMatchObject({ status: 0, stderr: '' });
  expect(SUBJECTS[format](JSON.parse(readFileSync(file, 'utf8')))).toEqual(['an image:1.iso', sha256(image)]);
  if (skipReason === undefined) expect(await faultsOfBill(format, file)).toEqual([]);
});

describe.each(['spdx', 'cyclonedx'] as const)('%s with files', (format) => {
  const diverted = '/usr/bin/sh\n/usr/bin/sh.other\ndash\n';

  oracle('dpkg-query', 'sha256sum')('names those of each package with their digests', async () => {
    const tree = join(scratch, `files-${format}`);
    cpSync(root, tree, { recursive: true });
    mkdirSync(join(tree, 'usr/bin'), { recursive: true });
    for (const name of ['bash', 'a name with ü', 'sh.other']) writeFileSync(join(tree, 'usr/bin', name), name);
    symlinkSync('bash', join(tree, 'usr/bin/link'));
    truncateSync(join(tree, 'usr/bin/bash'), 100_000);
    const paths = [
      '/.',
      '/usr',
      '/usr/bin',
      '/usr/bin/bash',
      '/usr/bin/link',
      '/usr/bin/sh',
      '/usr/bin/a name with ü',
      '/none',
    ];
    writeFileSync(join(tree, 'var/lib/dpkg/info/bash.list'), `${paths.join('\n')}\n`);
    writeFileSync(join(tree, 'var/lib/dpkg/diversions'), diverted);
    const file = join(scratch, `files.${format}.json`);
    const args = ['sbom', tree, file, '--format', format, '--sbom-files', '--quiet'];
    expect(isopress(args)).toMatchObject({ status: 0, stderr: '' });
    const words = ['--root', tree, '--listfiles', 'bash'];
    const there = judge('dpkg-query', words)
      .stdout.split('\n')
      .map((path) => path.replace(/^diverted by \S+ to: /, ''))
      .filter((path) => lstatSync(Buffer.from(tree + path, 'latin1'), { throwIfNoEntry: false })?.isFile());
    expect(there).toHaveLength(3);
    const digests = (tool: string) =>
      there.map((path) => judge(tool, ['-z', Buffer.from(tree + path, 'latin1').toString()]).stdout.split(' ')[0]);
    const names = there.map((path) => Buffer.from(path, 'latin1').toString());
    const [sha1, sha256] = [digests('sha1sum'), digests('sha256sum')];
    const expected = names.map((name, index) => [name, sha1[index], sha256[index]]).sort();
    expect(FILES[format](JSON.parse(readFileSync(file, 'utf8')), 'bash')).toEqual(expected);
    if (skipReason === undefined) expect(await faultsOfBill(format, file)).toEqual([]);
  });
});

oracle('dpkg-query')('the packages and versions are those that dpkg-query calls installed', () => {
  const format = '$' + '{db:Status-Status}|$' + '{Package}|$' + '{Version}\\n';
  const args = ['--admindir', join(root, 'var/lib/dpkg'), '-W', '-f', format];
  const lines = execFileSync('dpkg-query', args, { encoding: 'utf8' }).trimEnd().split('\n');
  const installed = lines.filter((line) => !line.startsWith('config-files|')).map((line) => line.replace(/^.*?\|/, ''));
  const { stdout } = isopress(['sbom', root, '-', '--format', 'cyclonedx', '--quiet']);
  const { components } = JSON.parse(stdout) as { components: { name: string; version: string }[] };
  expect(components.map(({ name, version }) => `${name}|${version}`).sort()).toEqual(installed.sort());
  expect(installed).toHaveLength(3);
});

test.runIf(hasGrub)('a build writes bills next to its ISO, and lists them in its record', async ({ skip }) => {
  if (skipReason) return skip(skipReason);
  mkdirSync(join(scratch, 'build'));
  const iso = smallIso(join(scratch, 'build'));
  iso.describe('firmware="efi"');
  const target = iso.directory();
  const words = ['--description', iso.description, '--root', iso.root, '--target-dir', target, '--initrd', iso.initrd];
  const formats = ['--sbom', 'cyclonedx', '--sbom', 'spdx', '--sbom', 'spdx', '--sbom-files'];
  expect(isopress(['build', ...words, ...formats, '--quiet']).status).toBe(0);
  const record = JSON.parse(readFileSync(join(target, 'isopress.result.json'), 'utf8'));
  for (const [format, suffix] of [
    ['spdx', 'spdx.json'],
    ['cyclonedx', 'cdx.json'],
  ] as const) {
    const { filename } = record[`image_${format}`];
    expect(filename).toBe(join(target, `small.x86_64-1.0.0.${suffix}`));
    expect(await faultsOfBill(format, filename)).toEqual([]);
    const image = record.live_image.filename;
    expect(SUBJECTS[format](JSON.parse(readFileSync(filename, 'utf8')))).toEqual([basename(image), sha256(image)]);
  }
  const refused = isopress(['build', ...words, '--sbom', 'swid']);
  expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('Allowed choices are spdx, cyclonedx.') });
});

test('a tree without packages is a clear error, and leaves no file', () => {
  const empty = join(scratch, 'empty');
  mkdirSync(empty);
  const { status, stderr } = isopress(['sbom', empty, join(scratch, 'none.json')]);
  expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringContaining('has no package database') });
  expect(() => readFileSync(join(scratch, 'none.json'))).toThrow('ENOENT');
});
