// Master boot record.

export * from './mbr.js';
