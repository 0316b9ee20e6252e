// GUID partition table.

export * from './gpt.js';
