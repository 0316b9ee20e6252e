// The list of installed packages, read from the root tree's own database without its tools.

import { byteStringOf, compareBytes, toText } from '../../bytes/index.js';
import { collect, quietRun } from '../../io/index.js';
import { type FileTree, follow } from '../../tree/index.js';

/**
 * KIWI's `.packages` of a dpkg tree: `name|None|version|None|architecture|None|None`, sorted by code point. Undefined for
 * trees without a dpkg database.
 */
export async function listPackages(root: FileTree): Promise<string | undefined> {
  const status = follow(root, '/var/lib/dpkg/status');
  if (status?.kind !== 'file') return undefined;
  const bytes = byteStringOf(await collect(status.content, quietRun()));
  const lines = paragraphs(toText(bytes) ?? bytes).flatMap((fields) => {
    const name = fields.get('Package');
    // As dpkg-query lists them: known and not merely remembered as once installed and purged.
    if (name === undefined || fields.get('Status')?.endsWith(' not-installed')) return [];
    return [
      [name, 'None', fields.get('Version') ?? '', 'None', fields.get('Architecture') ?? '', 'None', 'None'].join('|'),
    ];
  });
  return lines
    .sort(compareBytes)
    .map((line) => `${line}\n`)
    .join('');
}

/** The fields of each paragraph of a Debian control file (deb822(5)); continuation lines are not kept. */
function paragraphs(text: string): Map<string, string>[] {
  return text.split(/\n\s*\n/).map((paragraph) => {
    const fields = new Map<string, string>();
    for (const line of paragraph.split('\n')) {
      const match = /^([^\s:]+):\s*(.*)$/.exec(line);
      if (match) fields.set(match[1]!, match[2]!.trimEnd());
    }
    return fields;
  });
}
