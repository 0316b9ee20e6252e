// The document: elements by their ids, and the only place that inserts HTML.

import type { Html } from 'isopress/browser';

/** The only Trusted Types policy that the page allows. It passes HTML on, which `Html` has escaped. */
const policy = globalThis.trustedTypes?.createPolicy('page', { createHTML: (text) => text });

declare global {
  var trustedTypes:
    | { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string } }
    | undefined;
}

/** The element with an id that the page is known to have. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Replaces the content of an element. */
export function put(into: Element, content: Html): void {
  into.innerHTML = policy ? policy.createHTML(content.text) : content.text;
}

/** Shows a sentence in the status line, which screen readers announce. */
export function say(text: string): void {
  element('status').textContent = text;
}

/** Runs an action of the user, and shows its error in the status line. */
export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
