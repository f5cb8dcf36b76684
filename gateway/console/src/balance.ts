/** What an account had over time, from what it has now and what happened to it. */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { CreditEntry } from "./stubs/atelier/generator/v1/credit_service_pb";

/** A value from a time on. */
export interface Point {
  time: Date;
  value: number;
}

/** The balance after each entry, the oldest first. `entries`: the newest first, down to any. */
export function balancesOf(available: bigint, entries: readonly CreditEntry[]): Point[] {
  const points: Point[] = [];
  let balance = available;
  for (const entry of entries) {
    // What was settled exactly changes nothing.
    if (entry.createTime && entry.amount !== 0n)
      points.push({ time: timestampDate(entry.createTime), value: Number(balance) });
    balance -= entry.amount;
  }
  return points.reverse();
}
