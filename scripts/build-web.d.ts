/** Writes the app to a directory, which is made if it is missing; the path of its page. */
export function buildWeb(directory: string): Promise<string>;
