// Keys of builds.

export * from './build-keys.js';
