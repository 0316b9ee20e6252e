// cpio archives for Linux's initial root.

export { earlyArchiveLength, isCpio } from './early.js';
export { cpioFormat } from './format.js';
export { CPIO_ALIGNMENT, type CpioFile, gapAfter, renderCpio } from './newc.js';
