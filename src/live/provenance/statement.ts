// A provenance statement: in-toto Statement v1 (https://in-toto.io/Statement/v1) with the predicate of SLSA
// (https://slsa.dev/provenance/v1).

import { VERSION } from '../../version.js';

/** An artifact, with its digests by the names of their algorithms (in-toto: ResourceDescriptor). */
export interface Resource {
  readonly name: string;
  readonly digest: Readonly<Record<string, string>>;
  /** Further facts as plain data. */
  readonly annotations?: Readonly<Record<string, unknown>>;
}

/** The facts of a build that a statement is made of. */
export interface ProvenanceFacts {
  readonly builderId: string | undefined;
  /** Options that the person who builds has chosen. */
  readonly externalParameters: Readonly<Record<string, unknown>>;
  /** Values that follow from the inputs and this program. */
  readonly internalParameters: Readonly<Record<string, unknown>>;
  readonly inputs: readonly Resource[];
  /** Libraries that decide bytes, as `libdeflate@1.26`. */
  readonly engines: readonly string[];
}

/** The results of a build. */
export interface ProvenResults {
  readonly iso: Resource;
  /** Files that were made with it. */
  readonly others: readonly Resource[];
}

/** Name of this kind of build; docs/provenance.md describes its parameters. */
const BUILD_TYPE = 'pkg:npm/isopress#build/v1';

/** The statement as JSON, with a line feed at the end. It has no times: the same build gives the same bytes. */
export function renderProvenance(facts: ProvenanceFacts, { iso, others }: ProvenResults): string {
  const { builderId, externalParameters, internalParameters, inputs, engines } = facts;
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [iso],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: { buildType: BUILD_TYPE, externalParameters, internalParameters, resolvedDependencies: inputs },
      runDetails: {
        builder: { id: builderId ?? `pkg:npm/isopress@${VERSION}`, version: versions(engines) },
        ...(others.length > 0 ? { byproducts: others } : {}),
      },
    },
  };
  return `${JSON.stringify(statement, null, 2)}\n`;
}

function versions(engines: readonly string[]): Record<string, string> {
  const pairs = engines.map((engine): [string, string] => {
    const cut = engine.lastIndexOf('@');
    return cut > 0 ? [engine.slice(0, cut), engine.slice(cut + 1)] : [engine, ''];
  });
  return { isopress: VERSION, ...Object.fromEntries(pairs.sort(([a], [b]) => (a < b ? -1 : 1))) };
}
