// A container image as `isopress info` describes it.

import { tmpdir } from 'node:os';
import { fromText } from '../bytes/index.js';
import { UsageError } from '../errors.js';
import { Spool } from '../io/index.js';
import { type ContainerReference, containerFacts } from '../source/index.js';
import { containerLines } from './container-text.js';
import type { Session } from './session.js';
import { containerRequest } from './source.js';
import { showBytes } from './units.js';

/** The report of an image, and its lines. `name` is the image as it was given. */
export async function describeContainer(
  reference: ContainerReference,
  name: string,
  { html, offset }: { readonly html?: string | undefined; readonly offset?: number | undefined },
  session: Session,
) {
  if (html !== undefined || offset !== undefined) {
    throw new UsageError('cli.container', 'This is for images that are one file, not for container images.', {
      option: html === undefined ? 'offset' : 'html',
    });
  }
  const spool = new Spool(fromText(tmpdir()));
  try {
    const container = await containerFacts(reference, containerRequest(await spool.path(), {}, session), session.run);
    const size = container.layers.reduce((sum, layer) => sum + layer.size, 0);
    const nothing = { fileSystems: [], notRead: [], partitions: [], bootEntries: [], tagStyle: 'none', tags: [] };
    return {
      report: { image: name, size, ...nothing, container },
      lines: [
        `${name}: ${showBytes(size)} in ${container.layers.length} ${container.layers.length === 1 ? 'layer' : 'layers'}`,
        ...containerLines(container),
      ],
    };
  } finally {
    await spool.close();
  }
}
