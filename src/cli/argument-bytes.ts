// Arguments as the bytes that were typed. Node.js decodes them as UTF-8 and loses those that are not; Linux still knows them.

import { readFileSync } from 'node:fs';
import { type ByteString, displayText, fromText } from '../bytes/index.js';

const REPLACEMENT = '\ufffd';

/** The bytes of an argument of this process. */
export function argumentBytes(text: string): ByteString {
  if (!text.includes(REPLACEMENT)) return fromText(text);
  const typed = typedArguments().find((argument) => Buffer.from(argument, 'latin1').toString() === text);
  return (typed ?? fromText(text)) as ByteString;
}

/** An argument for reports and messages: names that are not UTF-8 stay different from each other. */
export function shownArgument(text: string): string {
  return displayText(argumentBytes(text));
}

/** All arguments of this process, one character for each byte; none on systems without procfs. */
function typedArguments(): string[] {
  try {
    return readFileSync('/proc/self/cmdline', 'latin1').split('\0');
  } catch {
    return [];
  }
}
