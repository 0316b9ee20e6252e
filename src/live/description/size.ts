// <size unit="M|G" additive="true|false">N</size>: the size of the root file system.

import { InvalidInputError } from '../../errors.js';
import { givenOf, readOr, readValues } from './rows.js';
import { bool, integer, oneOf } from './values.js';
import type { XmlElement } from './xml.js';

export interface RootSize {
  readonly mebibytes: number;
  /** Added to the size found by the content, instead of replacing it. */
  readonly additive: boolean;
}

const sizeTable = {
  unit: readOr(oneOf('M', 'G'), 'M', 'Mebibytes or gibibytes.'),
  additive: readOr(bool, false, 'Whether to add to the size of the content.'),
  unpartitioned: readOr(integer(0, 0x7fffffff), 0, 'Part of the size that partitions leave free; counted in here.'),
};

const number = integer(1, 0x7fffffff);

export function readSize(element: XmlElement): RootSize {
  const { unit, additive } = readValues(sizeTable, givenOf(element), '<size>');
  const count = number.read(element.text);
  if (count === undefined) {
    const message = `<size> "${element.text}" is not valid. Allowed: ${number.allowed}.`;
    throw new InvalidInputError('description.bad-value', message, element.place);
  }
  return { mebibytes: unit === 'G' ? count * 1024 : count, additive };
}
