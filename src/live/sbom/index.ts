// Bills of materials of root trees.

export {
  type BillImage,
  type BillOfMaterials,
  type BillSubject,
  billOfMaterials,
  type Component,
  ofImage,
} from './bill.js';
export { type Distribution, distributionOf } from './distribution.js';
export type { ComponentFile } from './files.js';
export { renderBill } from './formats.js';
export * from './names.js';
export { billOfTree, type TreeBillOptions } from './tree.js';
