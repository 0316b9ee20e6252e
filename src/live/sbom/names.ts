// Names of the formats, apart from the formats, so that option parsers load no more than this.

/** SPDX 2.3 and CycloneDX 1.6, both in JSON. */
export type SbomFormat = 'spdx' | 'cyclonedx';

/** The usual end of a file's name. */
export const SBOM_SUFFIXES: Readonly<Record<SbomFormat, string>> = { spdx: 'spdx.json', cyclonedx: 'cdx.json' };

/** The names of all formats. */
export const SBOM_FORMATS = Object.keys(SBOM_SUFFIXES) as readonly SbomFormat[];
