/** The tokens that reviews have used in the month, adding up. */

import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { Point } from "./balance";
import type { Review } from "./stubs/atelier/reviewer/v1/review_service_pb";

/** When the calendar month of UTC began that `now` lies in. */
export function monthOf(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
}

/** What was used since `begin`, after each review. `reviews`: the newest first, down to `begin` at least. */
export function usageOf(reviews: readonly Review[], begin: Date): Point[] {
  let used = 0;
  const points: Point[] = [{ time: begin, value: 0 }];
  for (const { createTime, usage } of [...reviews].reverse()) {
    if (createTime === undefined || usage === undefined || timestampDate(createTime) < begin) continue;
    used += Number(usage.inputTokens + usage.outputTokens);
    points.push({ time: timestampDate(createTime), value: used });
  }
  return points;
}
