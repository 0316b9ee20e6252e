// Reports of `--json`, held against their schemas.
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { isopress, type Surroundings } from './command.js';

const directory = new URL('../../schemas/', import.meta.url);

/** All schemas by name. */
export const schemas: ReadonlyMap<string, object> = new Map(
  readdirSync(directory)
    .filter((name) => name.endsWith('.json'))
    .map((name) => [name.replace(/\.json$/, ''), JSON.parse(readFileSync(new URL(name, directory), 'utf8'))]),
);

const ajv = new Ajv2020({ strict: true, strictTypes: true, strictTuples: true, allErrors: true });
for (const schema of schemas.values()) ajv.addSchema(schema);

export function validator(name: string): ValidateFunction {
  const validate = ajv.getSchema(`${name}.json`);
  if (!validate) throw new Error(`There is no schema ${name}.`);
  return validate;
}

/** A number as no report writes it: more than three decimals, or an exponent. */
const NOISE = /^\s*(?:"[^"]*": )?-?\d+(?:\.\d{4,}|(?:\.\d+)?e)/m;

/** The report in a text, after it was found to be as the schema of its name says. */
export function validReport(text: string): Record<string, unknown> {
  const report = JSON.parse(text) as Record<string, unknown>;
  const [, name = ''] = /^isopress-([a-z0-9]+?)(?:-plan)?\/1$/.exec(String(report['report'])) ?? [];
  const validate = validator(name);
  validate(report);
  expect({ errors: validate.errors ?? [], noise: NOISE.exec(text)?.[0] }, text).toEqual({
    errors: [],
    noise: undefined,
  });
  return report;
}

/** Runs a command with `--json`; its status, and its report by the schema. */
export function reported(args: readonly string[], surroundings: Surroundings = {}) {
  const { status, stdout } = isopress([...args, '--json', '--progress', 'none'], surroundings);
  return { status, report: validReport(stdout) };
}
