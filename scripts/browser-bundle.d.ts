/** The code of `isopress/browser`, and the modules in it. */
export function browserBundle(): Promise<{ code: string; modules: string[] }>;
