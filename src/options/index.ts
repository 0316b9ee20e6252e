export * from './table.js';
export * from './values.js';
