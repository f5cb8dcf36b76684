/**
 * Whether this tab is looked at.
 *
 * A browser gives HTTP/1.1 six connections to an address, over all tabs, and each stream takes one: a tab that nobody
 * sees holds none and asks for nothing.
 */

import { signal } from "@preact/signals";

export const visible = signal(!document.hidden);

document.addEventListener("visibilitychange", () => {
  visible.value = !document.hidden;
});
