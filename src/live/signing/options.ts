// Options of signatures.

/** The program that signs results. */
export interface SigningOptions {
  /**
   * The program and its arguments; no shell reads them. `{}` in an argument stands for the path of the file to sign, which
   * otherwise follows the last argument. The program writes the signature next to the file, under the name of the file and a suffix.
   */
  readonly command: readonly string[];
  /** Environment variables in addition to those of every tool, for example where keys are. Default: none. */
  readonly environment?: Readonly<Record<string, string>>;
}
