// SELinux labels by the root tree's own policy.

export * from './label.js';
