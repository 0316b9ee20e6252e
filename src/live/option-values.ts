// The values of options, for parsers and help, which must not load the build.

export { generations } from './description/generations.js';
export { SBOM_FORMATS, type SbomFormat } from './sbom/names.js';
