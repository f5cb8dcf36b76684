/** What is said to whoever can't see that something happened, by the one live region of the page. */

import { signal } from "@preact/signals";

export const announcement = signal("");

/** Say it, politely. */
export function announce(sentence: string): void {
  // The same text again would change nothing on the page, and so wouldn't be read.
  announcement.value = sentence !== "" && sentence === announcement.peek() ? `${sentence}\u00a0` : sentence;
}
