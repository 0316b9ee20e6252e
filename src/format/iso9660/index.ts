// ISO 9660 with Rock Ridge and Joliet: structures, hierarchies, names. The disc decides their places.

export { recordedTime, writeShortDate } from './date.js';
export * from './directory-record.js';
export * from './emit.js';
export { FieldRun } from './field-run.js';
export { isoFormat } from './format.js';
export * from './geometry.js';
export * from './hierarchy.js';
export { compareParts, isoNames, RELAXATIONS } from './iso-name.js';
export { JOLIET_LENGTH, JOLIET_LONG, jolietNames } from './joliet-name.js';
export * from './losses.js';
export { keyOf, type NameParts, type NameScheme, uniqueIdentifier } from './naming.js';
export { type IsoImage, openIso } from './open.js';
export * from './options.js';
export { refuseLongPaths } from './path-length.js';
export {
  type ByteOrder,
  type PathTableEntry,
  pathTableEntryLength,
  readPathTable,
  renderPathTable,
} from './path-table.js';
export { type FoundVolume as IsoFound, type IsoVolume, recogniseIso, volumeDescriptors } from './read.js';
export { nameOf } from './read-directory.js';
export { type RockRidgeFacts, rockRidgeFacts } from './read-rock-ridge.js';
export { useFields } from './read-system-use.js';
export type { HierarchyName } from './read-volume.js';
export { type Relocation, refuseDeep, relocateDeep } from './relocation.js';
export { addEntryFields, type LinkFacts } from './rock-ridge.js';
export { sessionsOf } from './sessions.js';
export { applySpread, ContinuationArea } from './susp.js';
export { rockRidge, type SystemUse } from './system-use.js';
export * from './volume-descriptor.js';
