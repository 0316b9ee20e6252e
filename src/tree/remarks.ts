// Defects that do not prevent reading an image: remarks for people, and names of entries that no system can show.

import { type ByteString, displayText } from '../bytes/index.js';

/** Remarks beyond this are summed up. */
const MOST_REMARKS = 20;

/** Remarks about one image. */
export class Remarks {
  readonly notes: string[] = [];

  add(text: string): void {
    if (this.notes.length < MOST_REMARKS) this.notes.push(text);
    else if (this.notes.length === MOST_REMARKS) this.notes.push('There are more defects of this kind.');
  }

  /** The name under which an entry can be shown in a tree; undefined if it is left out. A remark says so. */
  possibleName(name: ByteString): ByteString | undefined {
    if (name === '' || name === '.' || name === '..') {
      this.add(`An entry with the name "${name}" is left out.`);
      return undefined;
    }
    if (!/[/\0]/.test(name)) return name;
    const shown = name.replace(/[/\0]/g, '_') as ByteString;
    this.add(`The name ${displayText(name)} is shown as ${displayText(shown)}.`);
    return shown;
  }

  /** Says that a directory has another entry of this name, which is left out. */
  addTwice(name: ByteString): void {
    this.add(`A directory has ${displayText(name)} twice; the first one is shown.`);
  }
}
