// The document: elements by their ids, and the one place where HTML becomes part of it.

import type { Html } from 'isopress/browser';

/** The only policy that the page allows: it takes HTML that the library has escaped. */
const policy = globalThis.trustedTypes?.createPolicy('page', { createHTML: (text) => text });

declare global {
  var trustedTypes:
    | { createPolicy(name: string, rules: { createHTML(text: string): string }): { createHTML(text: string): string } }
    | undefined;
}

/** The element with an id, which the page has. */
export function element<T extends HTMLElement = HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Replaces the content of an element. */
export function put(into: Element, content: Html): void {
  into.innerHTML = policy ? policy.createHTML(content.text) : content.text;
}

/** Shows a sentence, which screen readers speak. */
export function say(text: string): void {
  element('status').textContent = text;
}

/** Runs work that a person asked for; an error is said. */
export async function attempt(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
}
