/** The used part of node-sqlite3-wasm, which has no types. */
declare module 'node-sqlite3-wasm' {
  export class Database {
    constructor(path: string, options?: { readonly fileMustExist?: boolean; readonly readOnly?: boolean });
    all(sql: string): Record<string, unknown>[];
    close(): void;
  }
}
