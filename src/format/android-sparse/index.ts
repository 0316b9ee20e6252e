// Android's sparse images as the images they hold.

export { isAndroidSparse, openAndroidSparse } from './sparse.js';
