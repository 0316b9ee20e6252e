// The program that runs this code.

/**
 * The name of a runtime that is not Node.js. Bun and Deno implement a part of Node-API and of libuv: a native library that
 * needs more ends the whole process, before any error could be caught, so none is loaded there.
 */
export function foreignRuntime(): 'Bun' | 'Deno' | undefined {
  const { versions } = process;
  if (versions['bun'] !== undefined) return 'Bun';
  return versions['deno'] === undefined ? undefined : 'Deno';
}
