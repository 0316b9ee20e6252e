// The image description: a live ISO as KIWI's config.xml describes it, as plain typed data.

export type { BootloaderAttributes } from './bootloader-attributes.js';
export { bootloaderTable } from './bootloader-attributes.js';
export { TYPE_UNIQUE } from './choose-type.js';
export type { Generation, GenerationRules, LoaderLayout, Span } from './generations.js';
export { generations } from './generations.js';
export { checkDescription, loadDescription, readDescription } from './load.js';
export type { LiveDescription, PackageLists, RootSize, StripLists } from './model.js';
export { placeOf } from './model.js';
export type { DescriptionRequest } from './read-description.js';
export type { Row, Table, Use, Values } from './rows.js';
export type { SchemaVersion } from './schema-version.js';
export type { TypeAttributes } from './type-attributes.js';
export { typeTable } from './type-attributes.js';
export type { Remark } from './upgrade-changes.js';
export type { Place } from './xml.js';
