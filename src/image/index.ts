// Floor 5: images of every kind, and what lies inside of them.

export * from './address.js';
export * from './open-image.js';
