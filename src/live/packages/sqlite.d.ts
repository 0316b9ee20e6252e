/** The used part of node-sqlite3-wasm, which has no types. A module of CommonJS: Node.js finds no names in it. */
declare module 'node-sqlite3-wasm' {
  class Database {
    constructor(path: string, options?: { readonly fileMustExist?: boolean; readonly readOnly?: boolean });
    all(sql: string): Record<string, unknown>[];
    close(): void;
  }
  const sqlite: { readonly Database: typeof Database };
  export default sqlite;
}
