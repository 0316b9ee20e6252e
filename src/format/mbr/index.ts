// Master boot record.

export * from './geometry.js';
export * from './mbr.js';
