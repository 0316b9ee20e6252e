// The modules of src/, parsed, and the imports between them.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

export const root = resolve(import.meta.dirname, '../..');
export const source = join(root, 'src');

export interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Absolute path of the imported file, for relative imports. */
  readonly target: string | undefined;
  /** Whether the module is loaded together with this one: neither types alone nor `import()`. */
  readonly isLoaded: boolean;
}

export const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(source, name));
export const parsed = new Map(
  files.map((file) => [file, ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2023, true)]),
);
export const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node) => {
    const from =
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
        ? node.moduleSpecifier
        : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
          ? node.arguments[0]
          : undefined;
    if (from && ts.isStringLiteral(from)) {
      const target = from.text.startsWith('.') ? resolve(dirname(file), from.text.replace(/\.js$/, '.ts')) : undefined;
      found.push({ file, specifier: from.text, target, isLoaded: isLoaded(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(parsed.get(file)!);
  return found;
}

function isLoaded(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) {
    const clause = node.importClause;
    const names = clause?.namedBindings;
    const hasValue = names && ts.isNamedImports(names) ? names.elements.some((name) => !name.isTypeOnly) : true;
    return !clause || (!ts.isTypeOnlyImportDeclaration(clause) && hasValue);
  }
  if (!ts.isExportDeclaration(node) || node.isTypeOnly) return false;
  const names = node.exportClause;
  return !names || !ts.isNamedExports(names) || names.elements.some((name) => !name.isTypeOnly);
}

/** A file and everything that is loaded with it. */
export function loadedWith(file: string): Set<string> {
  const loaded = new Set([file]);
  for (const one of loaded) {
    for (const { file: from, target, isLoaded } of imports) if (from === one && target && isLoaded) loaded.add(target);
  }
  return loaded;
}

export const shown = (file: string) => relative(root, file);
/** The folder of src/ that a file is in; a file outside folders by its name. */
export const folderOf = (file: string) => relative(source, file).split('/')[0]!.replace(/\.ts$/, '');
export const formatOf = (file: string) =>
  folderOf(file) === 'format' ? relative(source, file).split('/')[1] : undefined;
