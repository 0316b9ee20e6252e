// Regular expressions of src/: none takes more than linear time, whatever text it meets. Most of that text is from images, archives and
// root trees of others.
import { analyse } from 'scslre';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { parsed, shown } from '../support/source-tree.js';

interface Literal {
  readonly place: string;
  readonly source: string;
  readonly flags: string;
}

const literals = [...parsed].flatMap(([file, tree]) => {
  const found: Literal[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const line = tree.getLineAndCharacterOfPosition(node.getStart()).line + 1;
      found.push({ place: `${shown(file)}:${line}`, source: node.text.slice(1, end), flags: node.text.slice(end + 1) });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
});

/** In how many ways quantifiers compete for the same characters. */
const faults = (source: string, flags: string) => analyse({ source, flags }).reports.map(({ type }) => type);

test('the analysis finds quadratic expressions', () => {
  expect(faults('0+$', '')).toEqual(['Move']);
  expect(faults('^(.+?)[ \\t]+(\\d+)$', '')).toEqual(['Trade']);
  expect(faults('^(?:a+)+$', '')).toContain('Self');
});

test('all are linear', () => {
  expect(literals.length).toBeGreaterThan(400);
  const all = literals.flatMap(({ place, source, flags }) =>
    faults(source, flags).map((type) => `${place}: /${source}/${flags}: ${type}`),
  );
  expect(all).toEqual([]);
});
