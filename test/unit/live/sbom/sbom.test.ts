// Bills of materials of small databases.
import { describe, expect, test } from 'vitest';
import { quietRun } from '../../../../src/io/index.js';
import type { DatabaseKind, InstalledPackage } from '../../../../src/live/packages/index.js';
import { billOfMaterials } from '../../../../src/live/sbom/bill.js';
import { readOsRelease } from '../../../../src/live/sbom/distribution.js';
import { renderBill } from '../../../../src/live/sbom/formats.js';

const run = quietRun();
const subject = { name: 'appliance', version: '1.2' };

function billOf(kind: DatabaseKind, packages: readonly InstalledPackage[], distribution = {}) {
  const database = { kind, packages: async () => packages };
  return billOfMaterials({ subject, epoch: 1_767_225_600, database, distribution }, run);
}

describe('package URLs', () => {
  const one = { name: 'one', epoch: '2', version: '1.0', release: '3', architecture: 'x86_64' };
  test.each([
    [
      'dpkg',
      { name: 'g++', version: '4:12.2.0-3', architecture: 'amd64' },
      'pkg:deb/debian/g%2B%2B@4:12.2.0-3?arch=amd64',
    ],
    ['rpm', one, 'pkg:rpm/redhat/one@1.0-3?arch=x86_64&epoch=2'],
    ['pacman', one, 'pkg:alpm/arch/one@2:1.0-3?arch=x86_64'],
  ] as const)('of %s', async (kind, each, url) => {
    const { components } = await billOf(kind, [each]);
    expect(components.map(({ packageUrl }) => packageUrl)).toEqual([url]);
  });
  test('name the distribution of the tree', async () => {
    const { components } = await billOf('rpm', [{ name: 'a', version: '1' }], { id: 'fedora', versionId: '42' });
    expect(components[0]!.packageUrl).toBe('pkg:rpm/fedora/a@1?distro=fedora-42');
  });
});

test('packages are sorted and listed once, without those of which only configuration is left', async () => {
  const packages: InstalledPackage[] = [
    { name: 'b', version: '1', release: '2' },
    { name: 'gone', version: '1', removed: true },
    { name: 'a', version: '2' },
    { name: 'b', version: '1', release: '2' },
  ];
  const { components } = await billOf('rpm', packages);
  expect(components.map(({ name, version }) => [name, version])).toEqual([
    ['a', '2'],
    ['b', '1-2'],
  ]);
});

test('licenses that are no expression stay in their own words', async () => {
  const bill = await billOf('rpm', [
    { name: 'a', version: '1', license: 'MIT AND BSD-3-Clause' },
    { name: 'b', version: '1', license: 'GPLv2+ and LGPLv2+' },
    { name: 'c', version: '1' },
  ]);
  const spdx = JSON.parse(renderBill(bill, 'spdx'));
  expect(spdx.packages.slice(1).map((each: { licenseDeclared: string }) => each.licenseDeclared)).toEqual([
    'MIT AND BSD-3-Clause',
    'LicenseRef-1',
    'NOASSERTION',
  ]);
  expect(spdx.hasExtractedLicensingInfos).toMatchObject([
    { licenseId: 'LicenseRef-1', extractedText: 'GPLv2+ and LGPLv2+' },
  ]);
  const { components } = JSON.parse(renderBill(bill, 'cyclonedx'));
  expect(components.map((each: { licenses?: unknown }) => each.licenses)).toEqual([
    [{ expression: 'MIT AND BSD-3-Clause' }],
    [{ license: { name: 'GPLv2+ and LGPLv2+' } }],
    undefined,
  ]);
});

test('documents with different content have different identities, the same content the same bytes', async () => {
  const texts = [];
  for (const version of ['1', '2', '1']) {
    const bill = await billOf('dpkg', [{ name: 'a', version }]);
    texts.push(renderBill(bill, 'spdx'), renderBill(bill, 'cyclonedx'));
  }
  const [first, second, third, fourth] = texts.map((text) => JSON.parse(text));
  expect(first.documentNamespace).not.toBe(third.documentNamespace);
  expect(second.serialNumber).not.toBe(fourth.serialNumber);
  expect(texts.slice(4)).toEqual(texts.slice(0, 2));
});

test('os-release is read as shells read it', () => {
  const text = `# comment\nNAME="Debian \\"GNU\\"/Linux"\nID=debian\nVERSION_ID='12'\nBROKEN\n`;
  expect(readOsRelease(text)).toEqual({ name: 'Debian "GNU"/Linux', id: 'debian', versionId: '12' });
  expect(readOsRelease('ID=arch\nVERSION_ID=\n')).toEqual({ id: 'arch' });
});
