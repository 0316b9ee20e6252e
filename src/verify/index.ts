// Layer 5: checks of images, layer by layer.

export type { CertificateNames } from './der.js';
export type { EfiProgram } from './efi-program.js';
export type { Finding } from './finding.js';
export { RULES, type RuleCode, type Severity } from './rules.js';
export type { EfiProgramFacts, MicrosoftCa } from './secure-boot.js';
export { type LayerFacts, type VerifyOptions, type VerifyReport, verifyImage } from './verify.js';
