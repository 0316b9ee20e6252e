// The records of a directory in their order, said once: planning adds up their lengths, rendering writes them.

import type { ByteString } from '../../bytes/index.js';
import type { Content } from '../../io/index.js';
import type { Directory, Node } from '../../tree/index.js';
import { PARENT, SELF } from './directory-record.js';
import type { EntryRange, EntryTable } from './entry-table.js';
import type { FieldRun } from './field-run.js';
import { childLink, movedIn, parentLink, RELOCATED, type Relocation } from './relocation.js';
import type { SystemUse } from './system-use.js';

/** A directory whose records are listed. */
export interface RecordedDirectory {
  readonly node: Directory<Content>;
  readonly parent: Directory<Content>;
  readonly isRoot: boolean;
  readonly range: EntryRange;
}

/** The inputs of its records. */
export interface RecordRules {
  readonly entries: EntryTable;
  readonly systemUse: SystemUse | undefined;
  readonly relocation: Relocation | undefined;
}

/** The node of a record: `moved` is an empty file in the place of a directory that was moved up. */
export type RecordKind = 'directory' | 'moved' | 'other';

/** Takes one record; its system use fields are in the run. `name` is the entry's own, or that of the identifier for "." and "..". */
export type VisitRecord = (identifier: ByteString, node: Node<Content>, kind: RecordKind, name: ByteString) => void;

/**
 * Visits every record of a directory. `fields` has the fields of the record at hand; it stays empty without system use fields. `blockOf`
 * gives the block of a directory to which a field points, and 0 while only lengths count.
 */
export function visitRecords(
  { node, parent, isRoot, range }: RecordedDirectory,
  { entries, systemUse, relocation }: RecordRules,
  fields: FieldRun,
  blockOf: (directory: Directory<Content>) => number,
  visit: VisitRecord,
): void {
  fields.clear();
  systemUse?.addSelfFields(fields, node, isRoot);
  visit(SELF, node, 'directory', SELF);
  fields.clear();
  systemUse?.addSelfFields(fields, parent, false);
  const home = relocation?.parents.get(node);
  if (home) fields.append(parentLink(blockOf(home)));
  visit(PARENT, parent, 'directory', PARENT);
  for (let index = range.first; index < range.end; index++) {
    const child = entries.node(index);
    const name = entries.name(index);
    fields.clear();
    systemUse?.addEntryFields(fields, child, name);
    const moved = child.kind === 'directory' ? movedIn(node, child, relocation) : undefined;
    if (moved === 'away') fields.append(childLink(blockOf(child as Directory<Content>)));
    else if (moved) fields.append(RELOCATED);
    const kind = moved === 'away' ? 'moved' : child.kind === 'directory' ? 'directory' : 'other';
    visit(entries.identifier(index), child, kind, name);
  }
}
