// Licenses of packages: SPDX expressions or other text.

import parse from 'spdx-expression-parse';

/** Whether a text is a valid SPDX license expression (SPDX 2.3, annex D). */
export function isLicenseExpression(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}
