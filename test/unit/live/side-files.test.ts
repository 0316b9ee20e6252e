import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UnsupportedError } from '../../../src/errors.js';
import { EMPTY } from '../../../src/io/memory.js';
import { refuseSideFiles } from '../../../src/live/side-files.js';
import { FileTree } from '../../../src/tree/file-tree.js';
import { file } from '../../../src/tree/node.js';
import { scratchDirectory } from '../../support/scratch.js';

const scratch = scratchDirectory();
const bare = FileTree.of({ 'image/config.xml': file(EMPTY) });

test('files that would change the medium are refused by name, beside the description and in the root tree', async () => {
  await expect(refuseSideFiles(scratch, bare)).resolves.toBeUndefined();
  const prepared = FileTree.of({ 'image/exclude_files.yaml': file(EMPTY) });
  await expect(refuseSideFiles(scratch, prepared)).rejects.toThrow('/image/exclude_files.yaml');
  writeFileSync(join(scratch, 'exclude_files_efifatimage.yaml'), '');
  await expect(refuseSideFiles(scratch, bare)).rejects.toThrow(UnsupportedError);
});
