// SELinux labels by the policy of the root tree.

export * from './label.js';
