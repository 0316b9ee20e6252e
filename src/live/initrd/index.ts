// The initrd and the way into a root tree.

export * from './dracut.js';
export * from './inside-root.js';
export * from './profile.js';
