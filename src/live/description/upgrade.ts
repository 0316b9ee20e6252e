// Brings a document from the schema version it was written for to a newer one.

import { isBefore, parseVersion, type SchemaVersion } from './schema-version.js';
import type { Change, Remark } from './upgrade-changes.js';
import { upgradeSteps } from './upgrade-steps.js';
import type { XmlElement } from './xml.js';

export interface Upgraded {
  readonly image: XmlElement;
  /** The losses of all steps. */
  readonly remarks: readonly Remark[];
}

/** Applies every step between the two versions, in order. The given document is not changed. */
export function upgrade(image: XmlElement, from: SchemaVersion, to: SchemaVersion): Upgraded {
  const remarks: Remark[] = [];
  const steps = upgradeSteps.filter((step) => {
    return !isBefore(parseVersion(step.from)!, from) && !isBefore(to, parseVersion(step.to)!);
  });
  const tell = (remark: Remark) => void remarks.push(remark);
  const upgraded = steps.reduce((tree, { changes }) => {
    return changes.length === 0 ? tree : (changed(tree, changes, tell) ?? tree);
  }, image);
  return { image: upgraded, remarks };
}

function changed(
  element: XmlElement,
  changes: readonly Change[],
  tell: (remark: Remark) => void,
): XmlElement | undefined {
  const children = element.children.flatMap((child) => changed(child, changes, tell) ?? []);
  let result: XmlElement | undefined = { ...element, children };
  for (const change of changes) result = result && change(result, tell);
  return result;
}
