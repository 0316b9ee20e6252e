// UDF: descriptors of the volume and of files. The disc decides their places, and shares file data with ISO 9660.

export {
  AED_HEAD,
  allocationExtent,
  continuationBlocks,
  EXTENT_KIND,
  longDescriptor,
  renderAllocation,
  shortDescriptor,
} from './allocation.js';
export { checkUdf, type ReportUdfFault, type UdfFault } from './check.js';
export * from './cs0.js';
export { damaged as udfDamage } from './damaged.js';
export { resealAttributes } from './device.js';
export * from './emit.js';
export type { EntityId, LongAddress, VolumeExtent } from './fields.js';
export * from './file-entry.js';
export { CHARACTERISTIC, fileIdentifierHead, identifierLength, writeIdentifier } from './file-identifier.js';
export { fileSetDescriptor } from './file-set.js';
export { udfFormat } from './format.js';
export * from './geometry.js';
export * from './integrity.js';
export { udfLosses } from './losses.js';
export { storedNames } from './names.js';
export { openUdf, type UdfImage } from './open.js';
export * from './plan.js';
export { type FoundVolume as UdfFound, recogniseUdf, type UdfVolumeFacts } from './read.js';
export { extentsIn } from './read-allocation.js';
export { anchorsIn, descriptorAt, findDescriptors } from './read-sequence.js';
export { renderRecognition } from './recognition.js';
export { REVISIONS, type RevisionFacts, type UdfRevision } from './revision.js';
export * from './tag.js';
export {
  anchorPointer,
  logicalVolume,
  partitionDescriptor,
  physicalMap,
  primaryVolume,
  unallocatedSpace,
  volumeInformation,
} from './volume-descriptors.js';
export { renderAnchor, renderSequence, type UdfVolume } from './volume-sequence.js';
