// Losses of a source or a format, reported before anything is written.

import { InvalidInputError } from '../errors.js';
import type { Loss } from '../tree/index.js';
import type { Session } from './session.js';

/** Reports losses, or refuses to continue, as --loss says. */
export function settleLosses(losses: readonly Loss[], options: { readonly loss: string }, session: Session): void {
  if (options.loss === 'ignore' || losses.length === 0) return;
  session.losses(losses);
  if (options.loss === 'report') return;
  throw new InvalidInputError('cli.loss', 'The format cannot store all metadata of this tree; nothing was written.', {
    hint: 'Use --loss report to write the image anyway.',
  });
}
