// A bill of materials as an SPDX 2.3 document in JSON (ISO/IEC 5962).

import { deriveUuid } from '../../io/index.js';
import type { BillOfMaterials, Component } from './bill.js';
import { isLicenseExpression } from './license.js';
import { analysisOf, SpdxFiles } from './spdx-files.js';

const ROOT = 'SPDXRef-Root';
const DOCUMENT = 'SPDXRef-DOCUMENT';
const UNKNOWN = 'NOASSERTION';

/** The document, with a line feed at the end. The same bill gives the same bytes. */
export function renderSpdx(bill: BillOfMaterials): string {
  const { subject, components } = bill;
  const references = licenseReferences(components);
  const files = new SpdxFiles(components);
  const document = {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: DOCUMENT,
    name: subject.name,
    documentNamespace: namespaceOf(bill),
    creationInfo: { created: timeOf(bill.epoch), creators: ['Tool: isopress'] },
    packages: [rootOf(bill), ...components.map((each, index) => packageOf(each, index, references))],
    ...(files.elements.length > 0 && { files: files.elements }),
    relationships: [
      relationship(DOCUMENT, 'DESCRIBES', ROOT),
      ...components.map((_, index) => relationship(ROOT, 'CONTAINS', idOf(index))),
      ...components.flatMap((each, index) => files.idsOf(each).map((id) => relationship(idOf(index), 'CONTAINS', id))),
    ],
    ...(references.size > 0
      ? {
          hasExtractedLicensingInfos: [...references].map(([extractedText, licenseId]) => ({
            licenseId,
            extractedText,
            name: extractedText,
          })),
        }
      : {}),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Documents with different content have different names. */
function namespaceOf(bill: BillOfMaterials): string {
  const name = encodeURIComponent(bill.subject.name);
  return `https://spdx.org/spdxdocs/${name}-${deriveUuid(JSON.stringify(bill), 'spdx document')}`;
}

function rootOf({ subject: { name, version, image } }: BillOfMaterials): object {
  return {
    SPDXID: ROOT,
    name,
    ...(version === undefined ? {} : { versionInfo: version }),
    ...(image && {
      packageFileName: image.name,
      checksums: [{ algorithm: 'SHA256', checksumValue: image.sha256 }],
    }),
    downloadLocation: UNKNOWN,
    filesAnalyzed: false,
    licenseConcluded: UNKNOWN,
    licenseDeclared: UNKNOWN,
    copyrightText: UNKNOWN,
    primaryPackagePurpose: 'OPERATING_SYSTEM',
  };
}

function packageOf(component: Component, index: number, references: ReadonlyMap<string, string>): object {
  const { name, version, packageUrl, license } = component;
  return {
    SPDXID: idOf(index),
    name,
    ...(version === '' ? {} : { versionInfo: version }),
    downloadLocation: UNKNOWN,
    ...analysisOf(component),
    licenseConcluded: UNKNOWN,
    licenseDeclared: license === undefined ? UNKNOWN : (references.get(license) ?? license),
    copyrightText: UNKNOWN,
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: packageUrl }],
  };
}

/** Texts that are not SPDX expressions become numbered licenses of the document. */
function licenseReferences(components: readonly Component[]): ReadonlyMap<string, string> {
  const words = new Set(components.flatMap(({ license }) => (license === undefined ? [] : [license])));
  const free = [...words].filter((text) => !isLicenseExpression(text)).sort();
  return new Map(free.map((text, index) => [text, `LicenseRef-${index + 1}`]));
}

function relationship(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function idOf(index: number): string {
  return `SPDXRef-Package-${index + 1}`;
}

/** `2026-01-31T12:00:00Z`: whole seconds, as SPDX has them. */
export function timeOf(epoch: number): string {
  return new Date(epoch * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
