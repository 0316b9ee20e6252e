// The files next to the ISO.

export * from './names.js';
export * from './record.js';
export * from './seals.js';
export * from './stage.js';
