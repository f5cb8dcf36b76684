/** The excerpts of a file that are worth showing: its findings with some lines around them. */

const AROUND = 3;
/** Files up to this many lines are shown whole. */
const SHORT = 80;

export interface Excerpt {
  /** From 1. */
  first: number;
  last: number;
}

/** The excerpts, in order and apart; the whole where that is short. `places` are first and last lines. */
export function excerptsOf(lines: number, places: readonly Excerpt[]): Excerpt[] {
  if (lines <= SHORT) return [{ first: 1, last: lines }];
  const excerpts: Excerpt[] = [];
  for (const place of [...places].sort((one, other) => one.first - other.first)) {
    const first = Math.max(1, place.first - AROUND);
    const last = Math.min(lines, place.last + AROUND);
    const before = excerpts.at(-1);
    // A gap of one line takes as much room as the line.
    if (before !== undefined && first <= before.last + 2) before.last = Math.max(before.last, last);
    else excerpts.push({ first, last });
  }
  return excerpts;
}
