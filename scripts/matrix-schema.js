// Writes the JSON Schema of matrix files from the options of `isopress build`. Every build does so.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildCommand } from '../dist/cli/commands/build.js';
import { matrixOptions } from '../dist/cli/matrix/arguments.js';
import { matrixSchema } from '../dist/cli/output/matrix-schema.js';

const schema = matrixSchema(matrixOptions(buildCommand()));
writeFileSync(resolve(import.meta.dirname, '../schemas/files/matrix.json'), `${JSON.stringify(schema, null, 2)}\n`);
