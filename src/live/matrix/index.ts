// Many images from one file.

export { expandMatrix, type MatrixImage } from './expand.js';
export { type MatrixFile, type MatrixValue, type MatrixValues, parseMatrix, readMatrix } from './read.js';
