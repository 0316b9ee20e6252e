// What lies beside the ISO.

export * from './record.js';
export * from './seals.js';
export * from './stage.js';
