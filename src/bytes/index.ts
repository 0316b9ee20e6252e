// Layer 0: pure functions over bytes. No I/O, no clock, no Node modules.

export * from './access-list.js';
export * from './align.js';
export { base64Bytes } from './base64.js';
export * from './bitmap.js';
export * from './concat.js';
export * from './crc.js';
export * from './defined.js';
export * from './device-number.js';
export * from './dos-time.js';
export * from './fields.js';
export * from './guid.js';
export * from './hex.js';
export * from './path-like.js';
export { MAX_SYMLINKS } from './path-limits.js';
export * from './size.js';
export * from './stream-format.js';
export * from './struct.js';
export * from './text.js';
export * from './time.js';
