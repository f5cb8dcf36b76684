/**
 * The code that was sent from this tab, by review: services keep it out of their answers, so findings can be shown in
 * it only here. It goes when the tab is closed or its user signs out.
 */

const PREFIX = "atelier.code.";

/** The text of each file by its path. */
export type Code = ReadonlyMap<string, string>;

/** Keep the code of a review, in the place of older ones where there is no room for all. */
export function keepCode(reviewId: string, code: Code): void {
  const text = JSON.stringify([...code]);
  for (;;) {
    try {
      sessionStorage.setItem(PREFIX + reviewId, text);
      return;
    } catch {
      // Ids begin with the time, and the storage's own order means nothing.
      const [oldest] = Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX)).sort();
      if (oldest === undefined) return;
      sessionStorage.removeItem(oldest);
    }
  }
}

/** The code of a review; empty where it was sent from somewhere else. */
export function codeOf(reviewId: string): Code {
  return new Map(JSON.parse(sessionStorage.getItem(PREFIX + reviewId) ?? "[]") as [string, string][]);
}
