// Writes the JSON Schema of matrix files from the options of `isopress build`; with --print it only prints it.
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildCommand } from '../dist/cli/commands/build.js';
import { matrixOptions } from '../dist/cli/matrix/arguments.js';
import { matrixSchema } from '../dist/cli/output/matrix-schema.js';

const text = `${JSON.stringify(matrixSchema(matrixOptions(buildCommand())), null, 2)}\n`;
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(resolve(import.meta.dirname, '../schemas/files/matrix.json'), text);
