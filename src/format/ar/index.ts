// ar archives, such as Debian packages.

export { arFormat } from './format.js';
