// A bill of materials as CycloneDX 1.6 in JSON (ECMA-424).

import { deriveUuid } from '../../io/index.js';
import type { BillOfMaterials, Component } from './bill.js';
import type { ComponentFile } from './files.js';
import { isLicenseExpression } from './license.js';
import { timeOf } from './spdx.js';

const ROOT = 'root';

/** The document, with a line feed at the end. The same bill gives the same bytes. */
export function renderCycloneDx(bill: BillOfMaterials): string {
  const { components } = bill;
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${deriveUuid(JSON.stringify(bill), 'cyclonedx document')}`,
    version: 1,
    metadata: {
      timestamp: timeOf(bill.epoch),
      tools: { components: [{ type: 'application', name: 'isopress' }] },
      component: subjectOf(bill),
    },
    components: components.map(componentOf),
    dependencies: [{ ref: ROOT, dependsOn: components.map(({ packageUrl }) => packageUrl) }],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** The system. Its image is what is distributed: a reference to the file, with the digest of the whole. */
function subjectOf({ subject: { name, version, image } }: BillOfMaterials): object {
  const hashes = image && [{ alg: 'SHA-256', content: image.sha256 }];
  return {
    type: 'operating-system',
    'bom-ref': ROOT,
    name,
    ...(version === undefined ? {} : { version }),
    ...(image && {
      hashes,
      externalReferences: [{ url: encodeURIComponent(image.name), type: 'distribution', hashes }],
    }),
  };
}

function componentOf({ packageUrl, name, version, license, files = [] }: Component): object {
  return {
    type: 'library',
    'bom-ref': packageUrl,
    name,
    ...(version === '' ? {} : { version }),
    ...(license === undefined ? {} : { licenses: [licenseOf(license)] }),
    purl: packageUrl,
    ...(files.length > 0 && { components: files.map(fileOf) }),
  };
}

function fileOf({ path, sha1, sha256 }: ComponentFile): object {
  const hashes = [
    { alg: 'SHA-1', content: sha1 },
    { alg: 'SHA-256', content: sha256 },
  ];
  return { type: 'file', name: path, hashes };
}

function licenseOf(text: string): object {
  return isLicenseExpression(text) ? { expression: text } : { license: { name: text } };
}
