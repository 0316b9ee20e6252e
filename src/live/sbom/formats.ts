// The formats of bills of materials by name.

import type { BillOfMaterials } from './bill.js';
import { renderCycloneDx } from './cyclonedx.js';
import type { SbomFormat } from './names.js';
import { renderSpdx } from './spdx.js';

const RENDER: Readonly<Record<SbomFormat, (bill: BillOfMaterials) => string>> = {
  spdx: renderSpdx,
  cyclonedx: renderCycloneDx,
};

/** A bill in a format: JSON, with a line feed at the end. */
export function renderBill(bill: BillOfMaterials, format: SbomFormat): string {
  return RENDER[format](bill);
}
