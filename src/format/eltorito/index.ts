// El Torito: how firmware finds and loads boot images on an ISO 9660 medium.

export * from './boot-patches.js';
export * from './boot-record.js';
export * from './catalog.js';
export * from './emulation.js';
