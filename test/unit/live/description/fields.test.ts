// No field of a description goes unread: what is parsed decides something outside of the description's own folder, or is
// declared to decide nothing.
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { bootloaderTable, type Table, typeTable } from '../../../../src/live/description/index.js';
import { refusedOfType } from '../../../../src/live/description/not-built.js';

const root = resolve(import.meta.dirname, '../../../..');
const folder = join(root, 'src/live/description');

/** Interfaces of the model by two properties that only they have together. */
const models = {
  description: ['bootloaderTheme', 'displayName'],
  type: ['hybridpersistent', 'volid'],
  bootloader: ['serial_line', 'timeout_style'],
  size: ['mebibytes', 'additive'],
  packages: ['installed', 'deleted'],
  strip: ['tools', 'libs'],
  generation: ['espMebibytes', 'keepsProfile'],
} as const;

type Model = keyof typeof models;

/** Fields that decide inside the folder, before the model. */
const decidedInside: Readonly<Record<Model, readonly string[]>> = {
  // The places are asked for by placeOf.
  description: ['schemaVersion', 'attributePlaces'],
  // Chosen by, or taken over into the boot loader's settings.
  type: ['image', 'primary', 'bootloader_console', 'boottimeout'],
  bootloader: [],
  size: [],
  packages: [],
  strip: [],
  // Defaults of attributes, and rules of reading.
  generation: [
    'name',
    'schemas',
    'espMebibytes',
    'vga',
    'efiPartitionTable',
    'expandsProfiles',
    'uniqueTypes',
    'decidingPreferences',
    'packageManager',
  ],
};

const config = ts.parseJsonConfigFileContent({ extends: './tsconfig.json', include: ['src/live'] }, ts.sys, root);
const program = ts.createProgram(config.fileNames, config.options);
const checker = program.getTypeChecker();

/** Names that are read of each model, by every file outside of the folder. */
function readsOutside(): Map<Model, Set<string>> {
  const reads = new Map(Object.keys(models).map((name) => [name as Model, new Set<string>()]));
  const record = (node: ts.Node, name: string) => {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(node));
    for (const [model, marks] of Object.entries(models)) {
      if (marks.every((mark) => type.getProperty(mark))) reads.get(model as Model)!.add(name);
    }
  };
  const visit = (node: ts.Node) => {
    if (ts.isPropertyAccessExpression(node)) record(node.expression, node.name.text);
    if (ts.isBindingElement(node)) record(node.parent, ((node.propertyName ?? node.name) as ts.Identifier).text);
    ts.forEachChild(node, visit);
  };
  for (const file of program.getSourceFiles()) {
    const outside = !file.fileName.startsWith(folder) && file.fileName.startsWith(join(root, 'src/live'));
    if (outside) visit(file);
  }
  return reads;
}

/** Names of the fields of each model, from the model's own types. */
function fieldsOf(): Map<Model, string[]> {
  const source = program.getSourceFile(join(folder, 'model.ts'))!;
  const names = (type: ts.Type) =>
    checker
      .getNonNullableType(type)
      .getProperties()
      .map((property) => property.name);
  const declared = new Map<string, ts.Type>();
  ts.forEachChild(source, (node) => {
    if (ts.isInterfaceDeclaration(node)) declared.set(node.name.text, checker.getTypeAtLocation(node));
  });
  const description = declared.get('LiveDescription')!;
  const of = (name: string) => checker.getTypeOfSymbolAtLocation(description.getProperty(name)!, source);
  const parts = ['type', 'bootloader', 'size', 'packages', 'strip', 'generation'] as const;
  return new Map<Model, string[]>([
    ['description', names(description)],
    ...parts.map((part) => [part, names(of(part))] as [Model, string[]]),
  ]);
}

const inertOf = (table: Table) => Object.keys(table).filter((name) => table[name]!.use === 'inert');

test('every field decides something, is declared inert, or is refused', () => {
  const excused: Readonly<Record<Model, readonly string[]>> = {
    ...decidedInside,
    type: [...decidedInside.type, ...inertOf(typeTable), ...Object.keys(refusedOfType)],
    bootloader: [...decidedInside.bootloader, ...inertOf(bootloaderTable)],
  };
  const reads = readsOutside();
  const unread = [...fieldsOf()].flatMap(([model, names]) => {
    expect(names.length).toBeGreaterThan(1);
    return names.filter((n) => !excused[model].includes(n) && !reads.get(model)!.has(n)).map((n) => `${model}.${n}`);
  });
  expect(unread).toEqual([]);
}, 60_000);
