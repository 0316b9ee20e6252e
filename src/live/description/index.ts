// The image description: what KIWI's config.xml says about a live ISO, as plain typed data.

export type { BootloaderAttributes } from './bootloader-attributes.js';
export { bootloaderTable } from './bootloader-attributes.js';
export * from './load.js';
export type { Row, Table, Use, Values } from './rows.js';
export type { Generation, SchemaVersion } from './schema-version.js';
export type { RootSize } from './size.js';
export type { TypeAttributes } from './type-attributes.js';
export { typeTable } from './type-attributes.js';
