// Provenance statements of builds.

export { provenanceFacts } from './facts.js';
export type { NamedFile, ProvenanceOptions } from './options.js';
export { type ProvenanceFacts, type Resource, renderProvenance } from './statement.js';
