// zip archives.

export { zipFormat } from './format.js';
