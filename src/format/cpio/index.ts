// cpio archives for Linux's initial root.

export * from './newc.js';
