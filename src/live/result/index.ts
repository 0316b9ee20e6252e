// What lies beside the ISO.

export * from './record.js';
export * from './write.js';
