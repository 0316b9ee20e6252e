// Findings: a fault, its place, and advice.

import { type ByteString, displayText } from '../bytes/index.js';
import { RULES, type RuleCode, type Severity } from './rules.js';

/** One finding about an image. */
export interface Finding {
  /** Stable and dotted: `iso.path-table-mismatch`. */
  readonly code: RuleCode;
  readonly severity: Severity;
  /** The layer, as the part of its address after the file: `/LiveOS/squashfs.img`, `/#2`; empty for the image itself. */
  readonly layer: string;
  /** One sentence. */
  readonly message: string;
  /** Advice in one sentence. */
  readonly advice: string;
  /** Byte in the layer. */
  readonly at?: number;
  /** Entry in the layer, as listings show it. */
  readonly path?: string;
}

/** Where something was found in a layer. */
export interface FindingPlace {
  readonly at?: number;
  readonly path?: ByteString;
}

/** Takes a finding about one layer. */
export type Report = (code: RuleCode, message: string, place?: FindingPlace) => void;

/** Most findings of one code in one layer: a damaged image may have the same fault in thousands of places. */
const MOST_OF_A_KIND = 20;

/** Collects findings. */
export class FindingList {
  readonly findings: Finding[] = [];
  /** Number of findings that were left out because their layer has too many with the same code. */
  omitted = 0;
  readonly #counts = new Map<string, number>();
  readonly #severities: ReadonlyMap<RuleCode, Severity>;

  /** `severities` overrides those of the rules. */
  constructor(severities: ReadonlyMap<RuleCode, Severity> = new Map()) {
    this.#severities = severities;
  }

  /** Whether a layer has a finding that is an error. */
  hasError(layer: string): boolean {
    return this.findings.some((finding) => finding.layer === layer && finding.severity === 'error');
  }

  /** The function that takes findings about a layer. */
  reporter(layer: string): Report {
    return (code, message, { at, path } = {}) => {
      const key = `${code} ${layer}`;
      const count = (this.#counts.get(key) ?? 0) + 1;
      this.#counts.set(key, count);
      if (count > MOST_OF_A_KIND) {
        this.omitted++;
        return;
      }
      const [severity, advice] = RULES[code];
      this.findings.push({
        code,
        severity: this.#severities.get(code) ?? severity,
        layer,
        message,
        advice,
        ...(at === undefined ? {} : { at }),
        ...(path === undefined ? {} : { path: displayText(path) }),
      });
    };
  }
}
