/** Which page is shown: the part of the address behind `#/`, such as `reviews/<uuid>`. */

import { computed, signal } from "@preact/signals";

const path = signal(read());

/** The page's name and what it is about, which may be empty. */
export const route = computed(() => {
  const [page = "", subject = ""] = path.value.split("/");
  return { page: page || "overview", subject };
});

/** The address of a page. */
export function link(page: string, subject = ""): string {
  return subject ? `#/${page}/${subject}` : `#/${page}`;
}

/** Go there. */
export function go(page: string, subject = ""): void {
  location.hash = link(page, subject);
}

addEventListener("hashchange", () => {
  path.value = read();
});

function read(): string {
  return location.hash.replace(/^#\/?/, "");
}
